public import TurnwiseCore

/// The environments that come with Turnwise, one line each.
public let builtInEnvironments: [any Environment] = [
  Shell(),
  Chores(),
  Repair(),
  Overhaul(),
  Search(),
  KeyDoor(),
]
