extension PackageTemplate {
  /// A text game: a note says behind which door the prize is.
  static let gameFiles = [
    File(
      path: "Package.swift",
      text: manifest(
        products: #".product(name: "Turnwise", package: "{{identity}}")"#)),
    File(path: "Sources/{{Type}}/{{Type}}.swift", text: gameEnvironment),
    File(path: "Sources/{{Type}}Program/main.swift", text: program),
    File(path: "Tests/{{Type}}Tests/{{Type}}Tests.swift", text: gameTests),
    File(
      path: "README.md",
      text: readme(subject: "a text game: a note says behind which door the prize is")),
  ]

  private static let gameEnvironment = ##"""
    import Turnwise

    /// A text game: one of several doors hides a prize, and a note names the door.
    ///
    /// An agent that reads the note first always wins; one that opens a door at once wins only by luck.
    public struct {{Type}}: Environment {
      /// The name and version; the version changes when learning curves could.
      public static let id = "{{id}}"

      /// The number of doors: `--env-set doors=6`.
      public var doors = 3

      public init() {}

      public var instructions: String { "Open the door with the prize." }
      public var turnLimit: Int { 6 }
      public var tools: Toolbox<State> {
        Toolbox {
          Read()
          Open()
        }
      }

      /// The scenario of an episode, which is recorded as JSON.
      public struct Scenario: Codable, Hashable, Sendable {
        public var doors: [String]
        public var prize: String
      }

      /// Everything that changes during an episode. A copy is a fork.
      public struct State: Codable, Sendable {
        public var scenario: Scenario
        public var hasRead = false
        public var opened: String?
      }

      private static let colors = [
        "red", "blue", "green", "black", "white", "brown", "golden", "silver",
      ]

      /// Draws a scenario. A quarter of all scenarios, chosen by a hash of their words, is held out.
      public func scenario(in split: Split, using random: inout Randomness) -> Scenario {
        while true {
          let doors = Array(Self.colors.shuffled(using: &random).prefix(min(max(doors, 2), 8)))
          let prize = doors.randomElement(using: &random) ?? doors[0]
          let digest = Digest(of: Array((doors + [prize]).joined(separator: " ").utf8))
          if (digest.words[0] % 4 == 0) == (split == .heldOut) {
            return Scenario(doors: doors, prize: prize)
          }
        }
      }

      public func start(_ scenario: Scenario, using random: inout Randomness) -> State {
        State(scenario: scenario)
      }

      /// Describes the state to the agent.
      public func observe(_ state: State) -> Observation {
        let doors = state.scenario.doors.joined(separator: ", ")
        return Observation(
          "Doors: \(doors). A note lies on the floor.",
          // All sensible actions. Leave them out if there are too many.
          choices: [.call("read")] + state.scenario.doors.map { .call("open", ["door": $0]) })
      }

      /// Returns whether the task was done; also called if an episode is cut short.
      public func judge(_ state: State) -> Judgement {
        let prize = state.scenario.prize
        return Judgement(success: state.opened == prize, gold: ["prize": .string(prize)])
      }

      /// The progress from 0 to 1, for process rewards (`--credit process`).
      public func potential(_ state: State) -> Double? { state.hasRead ? 0.5 : 0 }

      /// What a scripted expert does, which policies imitate at the start of training.
      ///
      /// With probability `noise.habit` it opens a door without reading; with `noise.slip`, a random door.
      public func expert(
        _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
      ) -> Action? {
        let guesses = !state.hasRead && random.chance(noise.habit)
        if !state.hasRead, !guesses { return .call("read") }
        let errs = guesses || random.chance(noise.slip)
        let door = errs ? state.scenario.doors.randomElement(using: &random) : state.scenario.prize
        return .call("open", ["door": door ?? ""])
      }
    }

    /// A tool without arguments.
    struct Read: Tool {
      static let name = "read"
      static let summary = "Reads the note."
      struct Arguments: Decodable {}

      func call(
        _ arguments: Arguments, on state: inout {{Type}}.State, using random: inout Randomness
      ) -> ToolReply {
        state.hasRead = true
        return ToolReply("The prize is behind the \(state.scenario.prize) door.")
      }
    }

    /// A tool whose argument is decoded, described to the agent and checked from this type.
    struct Open: Tool {
      static let name = "open"
      static let summary = "Opens a door and ends the game."
      static let help = ["door": "The colour of the door."]
      struct Arguments: Decodable { var door: String }

      func call(
        _ arguments: Arguments, on state: inout {{Type}}.State, using random: inout Randomness
      ) throws -> ToolReply {
        guard state.scenario.doors.contains(arguments.door) else {
          // The agent reads this and continues; the state has not changed.
          throw ToolRefusal("There is no such door.")
        }
        state.opened = arguments.door
        return ToolReply("The door opens.", endsEpisode: true)
      }
    }

    """##

  private static let gameTests = ##"""
    import Testing
    import Turnwise
    import {{Type}}

    @Suite struct `The environment {{package}}` {
      private func start() throws -> Session<{{Type}}> {
        try Session({{Type}}(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
      }

      @Test func `keeps the laws that all environments must keep`() async {
        let report = await EnvironmentChecker({{Type}}()).check()
        #expect(report.violations.isEmpty, "\(report.verdicts)")
      }

      @Test func `pays for the door that the note names, and for no other`() async throws {
        var session = try start()
        await session.play(.call("read"))
        let prize = session.scenario.prize
        #expect(session.turns[0].replies[0].text == "The prize is behind the \(Text(prize)) door.")
        // A session is a value: playing the fork does not change the session.
        var fork = session.forked("wrong")
        let other = session.scenario.doors.first { $0 != prize } ?? ""
        await fork.play(.call("open", ["door": other]))
        #expect(fork.judgement?.success == false && session.ending == nil)
        await session.play(.call("open", ["door": prize]))
        #expect(session.judgement == Judgement(success: true, gold: ["prize": .string(prize)]))
      }

      @Test func `tells the agent of a door that is not there`() async throws {
        var session = try start()
        await session.play(.call("open", ["door": "purple"]))
        #expect(session.turns[0].isRefused && session.ending == nil)
      }
    }

    """##
}
