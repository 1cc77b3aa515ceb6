import Foundation
import Testing
import Turnwise

@Suite struct `A benchmark on the command line` {
  private static let quick = "bench --only sampling --model T1 --batch 1,3 --samples 1 --threads 1"

  /// The rows of what was printed, which must have some.
  private static func rows(of printed: Printed) throws -> [JSONValue] {
    let results = try printed.json["results"]
    let rows: [JSONValue]? = if case .array(let rows)? = results { rows } else { nil }
    return try #require(rows, "no results")
  }

  @Test func `prints one object with the machine and a row for each batch`() async throws {
    let printed = await turnwise(Self.quick + " --json")
    #expect(printed.status == 0)
    let json = try printed.json
    guard case .object(let answer) = json, case .object(let machine)? = answer["machine"],
      case .array(let rows)? = answer["results"]
    else {
      Issue.record("\(printed.answer.prefix(200))")
      return
    }
    #expect(Set(answer.keys) == ["machine", "results", "warnings"])
    #expect(Set(machine.keys).isSuperset(of: ["cores", "kernelLevel", "openBLASCore"]))
    #expect(machine["kernelLevel"] == .string(Machine.kernels))
    #expect(rows.map { $0["batch"] } == [1, 3])
    for row in rows {
      #expect(row["work"] == "sampling" && row["model"] == "T1" && row["threads"] == 1)
      let rates = ["tokensPerSecond", "cpuTokensPerSecond", "millisecondsPerStep", "peakMemoryMB"]
      for rate in rates { #expect(try #require(row[rate]).decode(Double.self) > 0, "\(rate)") }
      #expect(row["turnsPerSecond"] == nil && row["via"] == nil)
    }
  }

  @Test func `times every kind of work with a model`() async throws {
    let printed = await turnwise(
      "bench --only iteration,training,sampling --model T1 --batch 2 --samples 1 --json")
    #expect(printed.status == 0)
    let rows = try Self.rows(of: printed)
    #expect(rows.map { $0["work"] } == ["training", "sampling", "iteration"])
    #expect(rows.map { $0["batch"] } == [2, 2, 32])
    #expect(rows.allSatisfy { $0["model"] == "T1" })
  }

  @Test func `times an environment in words and by tool, with keys of states and without`()
    async throws
  {
    let printed = await turnwise("bench --only environment --samples 1 --json")
    #expect(printed.status == 0)
    let rows = try Self.rows(of: printed)
    #expect(
      rows.map { $0["via"] } == ["text", "text, state keys", "toolbox", "toolbox, state keys"])
    for row in rows {
      #expect(row["work"] == "environment" && row["threads"] == 1 && row["model"] == nil)
      #expect(try #require(row["turnsPerSecond"]).decode(Double.self) > 0)
    }
  }

  @Test func `times commands in the sandbox against plain ones`() async throws {
    let printed = await turnwise("bench --only sandbox --samples 1 --json")
    #expect(printed.status == 0)
    let rows = try Self.rows(of: printed)
    #expect(
      rows.map { $0["via"] } == [
        ":", "cat f", "grep -r w . | wc -l", "sort f | uniq", "all of these", "an episode of eight",
        "snapshot", "restore", "clear",
      ])
    for row in rows {
      #expect(row["work"] == "sandbox")
      for figure in ["millisecondsPerStep", "rawMilliseconds", "ratio"] {
        #expect(try #require(row[figure]).decode(Double.self) > 0)
      }
    }
  }

  @Test func `prints a table that fits`() async throws {
    let printed = await turnwise(Self.quick)
    #expect(printed.status == 0 && printed.note.contains("bench: 2 samples\n"))
    let lines = printed.answer.split(separator: "\n")
    #expect(lines[1] == "medians of 1, on up to 1 threads")
    #expect(lines[0].contains("kernels \(Machine.kernels), OpenBLAS \(Machine.openBLASCore)"))
    #expect(lines[2].hasPrefix("work      model  batch  tokens/s  per CPU-s  ms/step"))
    #expect(lines.count == 5 && lines.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    (
      "--only trainng",
      "--only trainng: expected some of training, sampling, iteration, environment, sandbox, "
        + "separated by commas"
    ),
    ("--model T1,T4", "--model T1,T4: expected some of T1, T2, T3, separated by commas"),
    ("--batch 1,,2", "--batch 1,,2: expected whole numbers from 1 to 1000000, separated by commas"),
    (
      "--samples 0",
      "--samples 0: expected a whole number from 1 to 1000000 (all of them are kept in memory)"
    ),
    (
      "--only iteration --model T3", "the updates of T3 are not timed; choose T1 or T2"
    ),
  ])
  func `refuses what it cannot time`(flags: String, text: String) async {
    let printed = await turnwise("bench \(flags)")
    #expect(printed.status == 2 && printed.answer == "" && printed.note == "error: \(text)\n")
  }

  @Test func `warns where the library is held down`() throws {
    let line = Self.quick + " --json"
    let held = try turnwiseProgram(line, setting: ["OPENBLAS_CORETYPE": "Haswell"])
    let text = "OPENBLAS_CORETYPE=Haswell holds OpenBLAS to that processor's kernels; "
    #expect(held.status == 0 && held.note.hasPrefix("warning: " + text))
    guard case .array(let warnings)? = try held.json["warnings"], warnings.count == 1,
      case .string(let warning) = warnings[0]
    else {
      Issue.record("\(held.answer)")
      return
    }
    #expect(warning.hasPrefix(text))
    let free = try turnwiseProgram(line, setting: ["OPENBLAS_CORETYPE": nil])
    #expect(try free.json["warnings"] == [] && !free.note.contains("warning"))
  }
}
