"""How complete, timely and sound datastreams and datasets are, counted behind the store."""
