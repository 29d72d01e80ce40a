"""A conformance checker for servers of Linked Data Event Streams, ours and other people's.

It visits a stream as a polite client does (`visitor`, `entry`, `walk`), looks at some of it a
second time and in every format (`second_look`, `formats`, `samples`), and holds what it saw
(`evidence`) against each rule (`rules.yaml`, `checks`). The `report` says what came of it.
"""
