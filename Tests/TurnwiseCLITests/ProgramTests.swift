import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

/// The built program, with its streams piped.
@Suite struct `The program` {
  private static let example = repository("traces/examples/keydoor").path
  private let folder = TemporaryFolder()

  @Test(
    arguments: [
      ("", 0), ("--version", 0), ("--help", 0), ("train --help", 0), ("list", 0),
      ("list --json", 0),
      ("show \(example)", 0), ("show \(example) --episode 2", 0), ("check keydoor-v1", 0),
      ("trian", 2), ("run keydor", 2), ("show /nowhere", 4),
    ] as [(String, Int32)])
  func `writes neither escapes nor carriage returns into a pipe`(line: String, status: Int32) throws
  {
    let printed = try turnwiseProgram(line)
    #expect(printed.status == status, "\(printed.note)")
    #expect(
      !(printed.answer + printed.note).unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\r" })
    // Answers go to one stream, all else to the other.
    #expect(printed.answer.isEmpty == (status != 0))
    #expect(printed.note.isEmpty == (status == 0))
  }

  @Test func `answers on one stream and tells its progress on the other`() throws {
    let printed = try turnwiseProgram("run keydoor-v1 --episodes 30 --json --out \(folder.path)")
    #expect(printed.status == 0)
    #expect(try printed.json["success"] == 1)
    #expect(printed.note.hasPrefix("run keydoor-v1: 30 episodes\n"))
    #expect(
      !(printed.answer + printed.note).unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\r" })
  }

  @Test func `runs at the kernel level that the environment names`() throws {
    let run = "run keydoor-v1 --episodes 1 --out \(folder.path)"
    let printed = try turnwiseProgram(run, setting: ["TURNWISE_KERNELS": "baseline"])
    #expect(printed.status == 0, "\(printed.note)")
    guard case .string(let kernels)? = try TraceLayout(folder.url).readRun().host["kernels"] else {
      Issue.record("The run does not say which kernels it had.")
      return
    }
    #expect(kernels.hasSuffix(", 128 bits"))
  }

  @Test func `refuses a kernel level that is not there`() throws {
    let wrong = ["TURNWISE_KERNELS": "sse9"]
    let refused = try turnwiseProgram("run keydoor-v1 --episodes 1", setting: wrong)
    #expect(refused.status == 2 && refused.answer == "")
    #expect(
      refused.note.hasPrefix(
        "error: TURNWISE_KERNELS is 'sse9', but the levels here are baseline"))
    // The way to help stays open.
    #expect(try turnwiseProgram("help run", setting: wrong).status == 0)
  }

  @Test func `compares keys with a second process`() throws {
    let laws = try turnwiseProgram("check keydoor-v1 --json").json["laws"]
    guard case .array(let answers)? = laws, case .array(let verdicts)? = answers.first?["laws"]
    else {
      Issue.record("no laws: \(String(describing: laws))")
      return
    }
    #expect(answers.first?["environment"] == "keydoor-v1")
    #expect(verdicts.map { $0["law"] } == EnvironmentLaw.allCases.map { .string($0.rawValue) })
    #expect(verdicts.allSatisfy { $0["verdict"] == "kept" })
  }

  @Test func `writes the committed example again`() throws {
    let run = "run keydoor-v1 --policy expert:habit=0.6,slip=0.1 --episodes 6 --seed 1"
    #expect(try turnwiseProgram("\(run) --out \(folder.path)").status == 0)
    for file in ["episodes.jsonl", "metrics.jsonl"] {
      let committed = try Data(contentsOf: URL(filePath: "\(Self.example)/\(file)"))
      #expect(try Data(contentsOf: folder.url.appending(path: file)) == committed)
    }
    var (found, expected) = (
      try TraceLayout(folder.url).readRun(), try TraceLayout(URL(filePath: Self.example)).readRun()
    )
    #expect(found.host["workers"] != nil)
    (found.host, expected.host) = ([:], [:])
    #expect(try JSON.encode(found) == JSON.encode(expected))
  }
}

@Suite struct `An answer in JSON` {
  private let folder = TemporaryFolder()

  @Test func `lists environments and estimators`() async throws {
    let answer = try await turnwise("list --json").json
    guard case .array(let environments)? = answer["environments"],
      case .array(let estimators)? = answer["estimators"]
    else {
      Issue.record("\(answer)")
      return
    }
    #expect(
      environments.map { $0["name"] }
        == ["shell-v1", "chores-v1", "repair-v1", "overhaul-v1", "search-v1", "keydoor-v1"])
    #expect(environments.last?["options"] == ["horizon": 4, "leaveReward": 0.1])
    #expect(environments.last?["turnLimit"] == 12)
    #expect(environments.map { $0["readsTasks"] } == [true, false, false, false, true, false])
    for id in ["rloo", "turn", "token", "fork"] {
      #expect(estimators.contains { $0["name"] == .string(id) })
    }
    #expect(await turnwise("list").answer == (try golden("list")))
  }

  @Test func `explains the options of one part`() async throws {
    let page = await turnwise("list turn-gae").answer
    #expect(page.hasPrefix("turn-gae  "))
    #expect(
      page.contains("\nlambda=0.95\n") && page.contains("\n  Must be a number from 0 to 1.\n"))
    let shell = await turnwise("list shell-v1").answer
    #expect(
      shell.contains(
        "\nturnLimit=8\n  Turns of an episode.\n  Must be a whole number of at least 1."))
    let expert = try await turnwise("list expert --json").json
    #expect(expert["options"] == ["habit": 0, "slip": 0])
    // Names as they are typed elsewhere.
    #expect(await turnwise("list turn-gae:lambda=0.9").answer == page)
    let process = await turnwise("list process=delta+turn").answer
    #expect(process.hasPrefix("reward shapers: ") && process.contains("\n  delta  "))
    let unknown = await turnwise("list turn-gea")
    #expect(unknown.status == 2 && unknown.note.contains("did you mean 'turn-gae'?"))
  }

  @Test(arguments: [("expert", 1.0), ("null", 0.0)])
  func `of a run holds its success`(policy: String, success: Double) async throws {
    let line = "run keydoor-v1 --policy \(policy) --episodes 5 --json --out \(folder.path)"
    let printed = await turnwise(line)
    let answer = try printed.json
    #expect(try answer["success"]?.decode(Double.self) == success)
    #expect(answer["environment"] == "keydoor-v1" && answer["policy"] == .string(policy))
    #expect(answer["episodes"] == 5 && answer["failed"] == 0)
    #expect(answer["families"]?["keydoor-v1"]?["episodes"] == 5)
    #expect(answer["trace"] == .string(folder.url.relativePath))
    #expect(printed.status == 0)
  }

  @Test(arguments: [1, 2, 5]) func `and a run are the same with any number of workers`(workers: Int)
    async throws
  {
    let other = TemporaryFolder()
    let run = "run keydoor-v1 --policy random --episodes 70 --seed 9 --json --out"
    let first = try await turnwise("\(run) \(folder.path) --workers \(workers)").json
    let second = try await turnwise("\(run) \(other.path) --workers 3").json
    #expect(first["turns"] == second["turns"] && first["reward"] == second["reward"])
    let files = try [folder, other].map {
      try Data(contentsOf: $0.url.appending(path: "episodes.jsonl"))
    }
    #expect(files[0] == files[1])
    #expect(files[0].split(separator: UInt8(ascii: "\n")).count == 70)
  }
}
