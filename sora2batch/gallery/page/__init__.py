"""The HTML page: cards by any axis across and any down."""
