"""Does the order of intermediate tasks matter? What a table of orders and seeds says, and how sure it is."""
