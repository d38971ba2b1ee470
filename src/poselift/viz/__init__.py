"""What people look at: a page, an overlay video, a picture."""
