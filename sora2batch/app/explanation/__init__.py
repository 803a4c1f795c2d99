"""All that is known of one job: found, traced, told."""
