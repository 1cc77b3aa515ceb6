internal import TurnwiseCore

extension KeyDoor {
  struct None: Decodable {}

  struct Read: Tool {
    static let name = "read"
    static let summary = "Reads the sign in the hall."

    func call(_ arguments: None, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.position == 0 else { throw ToolRefusal("The sign is in the hall.") }
      state.hasRead = true
      let scenario = state.scenario
      return
        "The sign says: \(scenario.fittingKey) key, \(scenario.rottenSide.rawValue) side rotten."
    }
  }

  struct Take: Tool {
    static let name = "take"
    static let summary = "Takes a key from the table, laying down another."
    static let help = ["key": "The colour of the key."]
    struct Arguments: Decodable { var key: String }

    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.position == 0 else { throw ToolRefusal("The table is in the hall.") }
      guard state.scenario.keys.contains(arguments.key) else {
        throw ToolRefusal("There is no such key.")
      }
      state.key = arguments.key
      return "Taken."
    }
  }

  struct Walk: Tool {
    static let name = "walk"
    static let summary = "Walks a step down the passage, on one of its sides."
    static let help = ["side": "The side to walk on."]
    struct Arguments: Decodable { var side: Side }

    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.position < state.horizon else { throw ToolRefusal("The door is shut.") }
      if state.position == state.scenario.rottenStep, arguments.side == state.scenario.rottenSide {
        state.position = 0
        state.key = nil
        return "You fall, lose what you hold, and climb back."
      }
      state.position += 1
      return "A step."
    }
  }

  struct Back: Tool {
    static let name = "back"
    static let summary = "Walks back to the hall."

    func call(_ arguments: None, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.position > 0 else { throw ToolRefusal("You are in the hall.") }
      state.position = 0
      return "You walk back."
    }
  }

  struct Open: Tool {
    static let name = "open"
    static let summary = "Opens the door with the key in hand; a wrong key breaks in the lock."

    func call(_ arguments: None, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.position == state.horizon else { throw ToolRefusal("There is no door here.") }
      guard let key = state.key else { throw ToolRefusal("You hold no key.") }
      state.isOpen = key == state.scenario.fittingKey
      return ToolReply(state.isOpen ? "It opens." : "The key breaks.", endsEpisode: true)
    }
  }

  struct Rest: Tool {
    static let name = "rest"
    static let summary = "Does nothing for a turn."

    func call(_ arguments: None, on state: inout State, using random: inout Randomness) -> ToolReply
    {
      "You rest."
    }
  }

  struct Leave: Tool {
    static let name = "leave"
    static let summary = "Gives up, for a small reward."
    var reward: Double

    func call(_ arguments: None, on state: inout State, using random: inout Randomness) -> ToolReply
    {
      ToolReply("You leave.", reward: reward, endsEpisode: true)
    }
  }
}
