"""What we are made of that others wrote, and whether anything bad is known of it (`make audit`)."""
