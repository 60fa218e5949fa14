"""Builds what is shipped: a bento and an image of each service. Neither serves nor trains."""
