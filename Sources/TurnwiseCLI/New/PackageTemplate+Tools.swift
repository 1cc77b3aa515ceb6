extension PackageTemplate {
  /// Files and bash in a sandbox: how many lines of a log contain a word.
  static let toolsFiles = [
    File(
      path: "Package.swift",
      text: manifest(
        products: """
          .product(name: "Turnwise", package: "{{identity}}"),
            .product(name: "TurnwiseSandbox", package: "{{identity}}"),
          """)),
    File(path: "Sources/{{Type}}/{{Type}}.swift", text: toolsEnvironment),
    File(path: "Sources/{{Type}}/{{Type}}Tools.swift", text: toolsTools),
    File(path: "Sources/{{Type}}Program/main.swift", text: program),
    File(path: "Tests/{{Type}}Tests/{{Type}}Tests.swift", text: toolsTests),
    File(
      path: "README.md",
      text: readme(subject: "bash in a sandbox: how many lines of a log contain a word")),
  ]

  private static let toolsEnvironment = ##"""
    import Turnwise
    import TurnwiseSandbox

    /// Files and bash in a sandbox: the agent counts the lines of a log that contain a word, and submits the number.
    public struct {{Type}}: Environment {
      /// The name and version; the version changes when learning curves could.
      public static let id = "{{id}}"

      /// The number of lines of the log: `--env-set lines=20`.
      public var lines = 8

      public init() {}

      public var instructions: String { "Answer the question with bash, then submit the number." }
      public var turnLimit: Int { 6 }
      public var tools: Toolbox<State> {
        Toolbox {
          Bash()
          Submit()
        }
      }

      /// The scenario of an episode, which is recorded as JSON.
      public struct Scenario: Codable, Hashable, Sendable {
        public var words: [String]
        public var asked: String

        /// The number of lines with the word.
        public var answer: Int { words.count { $0 == asked } }
      }

      /// Everything that changes during an episode. The workspace is also a value, so a copy is a fork.
      public struct State: Codable, Sendable {
        public var scenario: Scenario
        public var workspace: Workspace
        public var submitted: Int?
      }

      /// Checks once before a run that commands can run in a sandbox.
      public func prepare() async throws { try await Sandbox.shared.probe() }

      /// Draws a scenario. A quarter of all scenarios, chosen by a hash of their words, is held out.
      public func scenario(in split: Split, using random: inout Randomness) -> Scenario {
        let kinds = ["error", "warning", "debug", "login", "query", "retry"]
        while true {
          let words = (0..<max(lines, 1)).map { _ in kinds.randomElement(using: &random) ?? "error" }
          let asked = kinds.randomElement(using: &random) ?? "error"
          let digest = Digest(of: Array((words + [asked]).joined(separator: " ").utf8))
          if (digest.words[0] % 4 == 0) == (split == .heldOut) {
            return Scenario(words: words, asked: asked)
          }
        }
      }

      public func start(_ scenario: Scenario, using random: inout Randomness) throws -> State {
        let log = scenario.words.map { "\($0): service\n" }.joined()
        return State(
          scenario: scenario, workspace: try Workspace([(path: "app.log", contents: Text(log))]))
      }

      public func observe(_ state: State) -> Observation {
        Observation("How many lines of app.log contain \(state.scenario.asked)?")
      }

      /// Returns whether the task was done; also called if an episode is cut short.
      public func judge(_ state: State) -> Judgement {
        Judgement(
          success: state.submitted == state.scenario.answer,
          gold: ["answer": .integer(state.scenario.answer)])
      }

      /// What a scripted expert does, which policies imitate at the start of training.
      ///
      /// It submits what its last command printed. With probability `noise.habit` it guesses without looking.
      public func expert(
        _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
      ) -> Action? {
        // A count of 0 is followed by the status of grep.
        let seen = turns.last?.replies.first.map { $0.text.string.prefix(while: \.isNumber) }
        if let seen = seen.flatMap({ Int($0) }),
          !random.chance(noise.slip)
        {
          return .call("submit", ["number": seen])
        }
        if turns.isEmpty, random.chance(noise.habit) {
          return .call("submit", ["number": Int.random(in: 0...3, using: &random)])
        }
        return .call("bash", ["command": "grep -c \(state.scenario.asked) app.log"])
      }
    }

    """##

  private static let toolsTools = ##"""
    import Turnwise
    import TurnwiseSandbox

    /// Runs a command of the agent in the sandbox, in a copy of the workspace.
    struct Bash: Tool {
      static let name = "bash"
      static let summary = "Runs a bash command in the workspace and prints what it wrote."
      static let help = ["command": "The command, which bash runs unchanged."]
      struct Arguments: Decodable { var command: Text }

      func call(
        _ arguments: Arguments, on state: inout {{Type}}.State, using random: inout Randomness
      ) async throws -> ToolReply {
        do {
          let result = try await Sandbox.shared.run(
            arguments.command, in: state.workspace, seed: random.next())
          state.workspace = result.workspace
          let ending: Text = result.status == 0 ? "" : "\nexit \(Text("\(result.status)"))"
          return ToolReply(Text(result.transcript.excerpt(limit: 400).bytes + ending.bytes))
        } catch let error as CommandError {
          // The agent reads this and continues.
          throw ToolRefusal(error.description)
        }
      }
    }

    /// Ends the episode with a number.
    struct Submit: Tool {
      static let name = "submit"
      static let summary = "Ends the task with a number."
      static let help = ["number": "The number of lines."]
      struct Arguments: Decodable { var number: Int }

      func call(
        _ arguments: Arguments, on state: inout {{Type}}.State, using random: inout Randomness
      ) -> ToolReply {
        state.submitted = arguments.number
        return ToolReply("Submitted.", endsEpisode: true)
      }
    }

    """##

  private static let toolsTests = ##"""
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

      @Test func `pays for the number that grep counts`() async throws {
        var session = try start()
        await session.play(.call("bash", ["command": "wc -l < app.log"]))
        #expect(session.turns[0].replies[0].text == "8")
        // A fork does not change the files of the session.
        var fork = session.forked("empty")
        await fork.play(.call("bash", ["command": "rm app.log"]))
        await fork.play(.call("bash", ["command": "ls"]))
        #expect(fork.turns[2].replies[0].text == "")
        await session.play(.call("bash", ["command": "ls"]))
        #expect(session.turns[1].replies[0].text == "app.log")
        await session.play(.call("submit", ["number": session.scenario.answer]))
        #expect(session.judgement?.success == true)
      }
    }

    """##
}
