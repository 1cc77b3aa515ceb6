import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseTestSupport

@Suite struct `What an author meets` {
  /// A game whose state is infinite until a call is right.
  struct Guess: Environment {
    static let id = "guess-v1"
    struct State: Codable, Sendable {
      var target: Int
      var best: Double = .infinity
    }
    struct Try: Tool {
      static let name = "try"
      static let summary = "Tries a number."
      struct Arguments: Decodable { var number: Int }
      func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
        -> ToolReply
      {
        if arguments.number >= state.target { state.best = Double(arguments.number) }
        return ToolReply("Tried \(arguments.number) of \(state.target).")
      }
    }
    var turnLimit: Int { 1 }
    var tools: Toolbox<State> { Toolbox { Try() } }
    func scenario(in split: Split, using random: inout Randomness) -> Int {
      2 * .random(in: 0..<5, using: &random) + (split == .train ? 0 : 1)
    }
    func start(_ scenario: Int, using random: inout Randomness) -> State {
      State(target: scenario)
    }
    func observe(_ state: State) -> Observation { "Below \(state.target + 1)." }
    func judge(_ state: State) -> Judgement { Judgement(success: state.best.isFinite) }
    func expert(
      _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
    ) -> Action? { .call("try", ["number": 4]) }
  }

  private let folder = TemporaryFolder()
  private static let tool = CommandLineTool(environments: [Guess()])

  @Test func `a run keeps the episodes beside those that cannot be written`() async throws {
    let printed = await turnwise(
      ["run", "guess-v1", "--episodes", "12", "--out", folder.path], tool: Self.tool)
    #expect(printed.status == 1)
    #expect(
      printed.note.contains(
        "first failure: environment/not-encodable: state.best is infinite: JSON cannot represent it;"
          + " store nil or a large number."), "\(printed.note)")
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(folder.url).episodes)
    let episodes = try reader.readAll().map(\.episode)
    #expect(episodes.count == 12)
    let failed = episodes.count { $0.ending.failure != nil }
    #expect(failed > 0 && failed < 12)
    for episode in episodes {
      #expect((episode.ending.failure == nil) == (episode.finalState?["best"] == 4))
    }
  }

  @Test func `a check shows what there is and names the field`() async throws {
    let printed = await turnwise(["check", "guess-v1"], tool: Self.tool)
    #expect(printed.status == 1)
    for line in [
      "  sees  Below ", "  tool  try: Tries a number.",
      "number, required: {\"type\":\"integer\"}",
      "no potential; an expert for 12 of 12 scenarios, first 'try 4'",
      "  from  held-out: guess-v1 12", "  note  there is no potential, which process rewards need",
      "BROKEN  a state survives encoding: scenario ",
      "state.best is infinite: JSON cannot represent it",
    ] {
      #expect(printed.answer.contains(line), "\(line)\n\(printed.answer)")
    }
    let json = await turnwise(["check", "guess-v1", "--json"], tool: Self.tool)
    guard case .array(let answers)? = try json.json["laws"] else {
      Issue.record("\(json.answer)")
      return
    }
    #expect(answers[0]["facts"]?["tools"] != nil && answers[0]["remarks"] != nil)
  }

  @Test func `two environments of one id are refused`() async throws {
    let child = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = CommandLineTool(environments: [Guess(), Guess()])
    }
    let said = String(decoding: child.standardErrorContent, as: UTF8.self)
    #expect(said.contains("Two environments are called 'guess-v1'; give one of them another id."))
    #expect(said.contains(#/AuthorTests\.swift:\d+: Fatal error: /#))
  }

  // MARK: - What the policy reads

  @Test func `a prompt needs an episode`() async {
    let run = repository("traces/examples/keydoor").path
    let printed = await turnwise("show \(run) --prompt")
    #expect(printed.status == 2)
    #expect(printed.note == "error: --prompt shows one episode: add --episode N\n")
  }

  @Test func `the prompt of a policy without tokens is what it was given`() async {
    let run = repository("traces/examples/keydoor").path
    let printed = await turnwise("show \(run) --episode 1 --prompt")
    #expect(printed.status == 0)
    #expect(printed.answer.contains("This policy samples no tokens."))
    #expect(printed.answer.contains("\nturn 1\n  reads  "))
  }

  @Test func `the prompt of a recorded policy is its tokens, in order`() async throws {
    let run = repository("traces/examples/group").path
    let printed = await turnwise("show \(run) --episode 1 --prompt")
    #expect(printed.status == 0 && printed.answer.contains("turn 1\n  reads  "))
    #expect(printed.answer.contains("Instructions, summaries and help of tools are not among"))
    guard
      case .array(let parts) = try await turnwise("show \(run) --episode 1 --prompt --json").json
    else {
      Issue.record("no parts")
      return
    }
    var reader = try RecordReader<EpisodeRecord>(
      TraceLayout(repository("traces/examples/group")).episodes)
    let tape = try #require(try reader.readAll().first?.episode.tape)
    let tokens = try parts.flatMap { try $0["tokens"]?.decode([Int32].self) ?? [] }
    #expect(tokens == tape.segments.flatMap(\.tokens))
    #expect(Set(parts.compactMap { $0["kind"] }) == ["observation", "template", "sampled"])
  }
}
