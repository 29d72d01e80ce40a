"""How complete, timely and sound data are: `/quality`."""
