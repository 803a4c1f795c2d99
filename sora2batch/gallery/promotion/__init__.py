"""From picks to the next manifest."""
