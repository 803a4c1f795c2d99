"""Sample pictures, drawn by code: layered silhouettes, gradients and soft light."""
