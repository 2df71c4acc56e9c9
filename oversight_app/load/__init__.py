"""How many participants this machine can serve: clients that speak the page's own protocol, and what they measured."""
