import Foundation
import Synchronization
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// Two buttons, of which a lamp says which to press; nobody shows how.
private struct Lamp: Environment {
  static let id = "lamp-v1"
  struct State: Codable { var right: String, isOn = false }
  var turnLimit: Int { 2 }
  var tools: Toolbox<State> { Toolbox { Press() } }
  func scenario(in split: Split, using random: inout Randomness) -> [String] {
    [split.rawValue, Bool.random(using: &random) ? "red" : "blue"]
  }
  func start(_ scenario: [String], using random: inout Randomness) -> State {
    State(right: scenario[1])
  }
  func observe(_ state: State) -> Observation { "The lamp is \(state.right)." }
  func judge(_ state: State) -> Judgement { Judgement(success: state.isOn) }

  struct Press: Tool {
    static let name = "press", summary = "Presses a button."
    struct Arguments: Decodable { var button: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      state.isOn = arguments.button == state.right
      return ToolReply("Click.", endsEpisode: true)
    }
  }
}

@Suite struct `What is imitated` {
  private let chance = TemporaryFolder()
  private let out = TemporaryFolder()
  private let tool = CommandLineTool(environments: [Lamp(), KeyDoor()])

  private func run(_ line: String) async -> Printed {
    await turnwise(line.split(separator: " ").map(String.init), tool: tool)
  }

  private var small: String {
    "--cloning-steps 300 --width 32 --heads 2 --layers 1 --feed-forward 32 --vocabulary 300 "
      + "--updates 1 --groups 2 --group-size 4 --evaluation-episodes 24 --critic-episodes 2 "
      + "--out \(out.path)"
  }

  @Test(arguments: ["train", "compare"])
  func `is missing without an expert, which is said before there is a folder`(command: String)
    async
  {
    let printed = await run("\(command) lamp-v1 --out \(out.path)")
    #expect(printed.status == 2)
    #expect(printed.note.contains("lamp-v1 has no scripted expert to imitate"))
    #expect(printed.note.contains("--demonstrations-from RUN"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test func `can be what succeeded in a run of chance`() async throws {
    let played = await run(
      "run lamp-v1 --policy random --split train --episodes 400 --out \(chance.path)")
    try #require(played.status == 0, "\(played.note)")
    let trained = await run(
      "train lamp-v1 --demonstrations-from \(chance.path) --json \(small)")
    try #require(trained.status == 0, "\(trained.note)")
    guard case .array(let points)? = try trained.json["curve"]?["points"] else {
      Issue.record("\(trained.answer)")
      return
    }
    // Chance presses the right one in less than a third of episodes.
    let start = try #require(points.first?["sampled"]?["success"]).decode(Double.self)
    #expect(start > 0.7)
    #expect(try TraceLayout(out.url).readRun().configuration["habitPilot"] == nil)
  }

  @Test func `is refused where nothing can be learnt from`() async throws {
    _ = await run("run lamp-v1 --policy random --episodes 20 --out \(chance.path)")
    let heldOut = await run("train lamp-v1 --demonstrations-from \(chance.path) \(small)")
    #expect(heldOut.status == 2)
    #expect(heldOut.note.contains("has only held-out episodes"))
    _ = await run(
      "run lamp-v1 --policy null --split train --episodes 20 --out \(chance.path) --force")
    let failed = await run("train lamp-v1 --demonstrations-from \(chance.path) \(small)")
    #expect(failed.status == 2)
    #expect(failed.note.contains("none of the 20 training episodes"))
    _ = await run("run keydoor-v1 --episodes 2 --out \(chance.path) --force")
    let other = await run("train lamp-v1 --demonstrations-from \(chance.path) \(small)")
    #expect(other.status == 2 && other.note.contains("was played in keydoor-v1"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test func `is warned of where flags make the expert fail`() async {
    let line =
      "train keydoor-v1 --demonstrations 60 --habit 1 --slip 0.5 \(small) --cloning-steps 2"
    let printed = await run(line)
    #expect(printed.note.contains("of the demonstrations succeed: lower --habit or --slip"))
  }

  @Test func `and the shape of the model are not options beside a warm start`() async throws {
    let first = await run("train keydoor-v1 --demonstrations 30 \(small) --cloning-steps 2")
    try #require(first.status == 0, "\(first.note)")
    for flag in ["--width 128", "--habit 0.2", "--demonstrations 5"] {
      let printed = await run("train keydoor-v1 --warm-start \(out.path) \(flag)")
      #expect(printed.status == 2)
      #expect(printed.note.contains("changes nothing with --warm-start"))
    }
    for command in ["train", "compare"] {
      let printed = await run("\(command) keydoor-v1 --demonstrations-from \(out.path) --slip 0.1")
      #expect(printed.status == 2)
      #expect(printed.note.contains("--slip changes nothing with --demonstrations-from"))
    }
  }
}

@Suite struct `A program of one's own` {
  private func run(_ line: String, width: Int = .max) async -> Printed {
    let text = Mutex((answer: "", note: ""))
    let console = Console(helpWidth: width) { part, stream in
      text.withLock { stream == .answer ? ($0.answer += part) : ($0.note += part) }
    }
    let status = await CommandLineTool(environments: [Lamp()], program: "lamps")
      .run(line.split(separator: " ").map(String.init), console: console)
    return text.withLock { Printed(status: status, answer: $0.answer, note: $0.note) }
  }

  @Test(arguments: ["help", "help train", "help run", "help compare", "help check", "help stats"])
  func `calls itself by its own name, and names what it has`(line: String) async {
    let page = await run(line).answer
    #expect(page.contains("usage: lamps "))
    #expect(!page.contains("turnwise "), "\(page)")
    for other in ["shell-v1", "keydoor-v1"] { #expect(!page.contains(other)) }
  }

  @Test func `says what a newcomer can type`() async {
    #expect(await run("").answer.hasSuffix("New here? Run: lamps compare lamp-v1\n"))
    #expect(await run("zzzzzz").note.contains("all commands: lamps help"))
    let folder = TemporaryFolder()
    let played = await run("run lamp-v1 --policy random --episodes 2 --out \(folder.path)")
    #expect(played.answer.contains("read it: lamps show "))
  }

  @Test(arguments: [60, 80]) func `breaks help between words`(width: Int) async {
    for page in ["help", "help train", "help compare"] {
      let (broken, whole) = (await run(page, width: width).answer, await run(page).answer)
      let usageLines = Set(whole.split(separator: "\n").filter { $0.contains("lamps ") })
      for line in broken.split(separator: "\n") where !usageLines.contains(line) {
        #expect(line.count <= width, "\(line)")
      }
      func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
      #expect(words(broken) == words(whole))
    }
  }
}
