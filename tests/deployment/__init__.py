"""What a lab installs: the documented nginx in front of two processes, the units, and the page that explains them."""
