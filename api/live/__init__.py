"""What is being published, as it is: Server-Sent Events that go on where a client left off."""
