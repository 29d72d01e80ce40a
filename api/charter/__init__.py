"""How a city stands with the twenty principles of the Smart Flanders Open Data Charter."""
