"""How long words take to the screen: a steady writer, the two pages it writes on, and what watches them."""
