import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `The laws on the command line` {
  @Test func `are kept by what is there, in words`() async {
    let printed = await turnwise("laws --credit turn:gamma=0.9,fork:k=2,process=delta+turn-gae")
    #expect(printed.status == 0 && printed.note == "")
    for law in EstimatorLaw.allCases {
      #expect(printed.answer.contains("  \(law.rawValue): \(law.statement)\n"))
    }
    #expect(printed.answer.contains("*  turn:gamma=0.9  dead-group: gamma=0.9 charges for time\n"))
    #expect(printed.answer.contains("*  process=delta+turn-gae  dead-group: "))
    #expect(printed.answer.contains("true gradient"))
    #expect(!printed.answer.contains("\nX  "))
  }

  @Test func `are kept by what is there, in JSON`() async throws {
    let printed = await turnwise("laws --credit rloo,grpo,process=min+pure --json")
    #expect(printed.status == 0 && printed.note == "")
    let json = try printed.json
    guard case .object(let answer) = json, case .object(let laws)? = answer["laws"],
      case .array(let entries)? = answer["estimators"]
    else {
      Issue.record("\(printed.answer.prefix(200))")
      return
    }
    #expect(Set(answer.keys) == ["laws", "estimators"])
    #expect(Set(laws.keys) == Set(EstimatorLaw.allCases.map(\.rawValue)))
    #expect(entries.map { $0["estimator"] } == ["rloo", "grpo", "process=min+pure"])
    for entry in entries {
      let report = try #require(entry["report"]).decode(EstimatorReport.self)
      #expect(report.verdicts.map(\.law) == EstimatorLaw.allCases)
      #expect(report.violations == [] && !report.gradients.isEmpty)
    }
    let first = try #require(entries[0]["report"]).decode(EstimatorReport.self)
    #expect(first.gradients.allSatisfy { $0.factor == 1 && ($0.error ?? 1) < 1e-9 })
    let second = try #require(entries[1]["report"]).decode(EstimatorReport.self)
    #expect(second.gradients.allSatisfy { $0.factor == nil && $0.error == nil })
  }

  @Test(arguments: ["process=delta+turn-gae", "process=delta+token", "process=potential+turn-gae"])
  func `find the expected gradient where a critic knows the shaper`(name: String) async throws {
    let printed = await turnwise("laws --credit \(name) --json")
    #expect(printed.status == 0)
    let entries = try printed.json["estimators"].items
    let report = try #require(entries[0]["report"]).decode(EstimatorReport.self)
    #expect(report.gradients.allSatisfy { ($0.error ?? 1) < 1e-9 })
  }

  @Test(arguments: ["process=delta+fork:k=2", "process=potential+tree"])
  func `are not tried where forks are not paid what turns are`(name: String) async {
    for command in ["laws", "audit"] {
      let printed = await turnwise("\(command) --credit \(name)")
      #expect(printed.status == 2 && printed.note.contains("compares with forks, whose turns"))
    }
  }

  @Test(arguments: ["prime", "istar", "pure", "immediate"])
  func `are not held against what lacks its process reward`(name: String) async {
    for command in ["laws", "audit"] {
      let printed = await turnwise("\(command) --credit rloo,\(name)")
      #expect(printed.status == 2 && printed.answer == "")
      #expect(
        printed.note
          == "error: '\(name)' cannot be used here: say which reward shaper pays: "
          + "process=SHAPER+\(name)\n")
    }
  }

  @Test(arguments: [
    ("trun", "no credit estimator named 'trun'; did you mean 'turn'? there is rloo, "),
    ("process=delt+turn", "no reward shaper named 'delt'; did you mean 'delta'? there is "),
    ("process=delta+trun", "no credit estimator named 'trun'; did you mean 'turn'? there is "),
    ("turn:gama=0.9", "'turn' has no option 'gama'; did you mean 'gamma'? there is gamma\n"),
    ("rloo,turn,rloo", "'rloo' is given twice\n"),
    ("zzz", "no credit estimator named 'zzz'; there is rloo, "),
  ])
  func `say which name was meant`(list: String, text: String) async {
    for command in ["laws", "audit", "credit \(repository("traces/examples/group").path)"] {
      let printed = await turnwise("\(command) --credit \(list)")
      #expect(printed.status == 2 && printed.answer == "")
      #expect(printed.note.hasPrefix("error: " + text), "\(printed.note)")
    }
  }
}

@Suite struct `An audit on the command line` {
  @Test func `scores the documented rows between two controls`() async throws {
    let printed = await turnwise("audit --groups 20 --json")
    #expect(printed.status == 0)
    let json = try printed.json
    #expect(json["groups"] == 20 && json["groupSize"] == 8 && json["seed"] == 1)
    #expect(json["chance"] == 0.31 && json["modelError"] == 0.15)
    let start = try #require(json["startValue"]).decode(Double.self)
    #expect(abs(start - 0.209) < 5e-4)
    guard case .array(let rows)? = json["results"] else {
      Issue.record("no results")
      return
    }
    let names = rows.compactMap { row -> String? in
      if case .string(let name)? = row["estimator"] { name } else { nil }
    }
    #expect(names.first == "no baseline" && names.last == "true advantage")
    #expect(rows.count == names.count && rows.count > 25)
    for row in rows {
      let score = try #require(row["score"]).decode(CreditScore.self)
      #expect(score.bias?.isFinite ?? false && score.variance >= 0 && score.leakage >= 0)
      let forks = try #require(row["evidence"]) == "forks"
      #expect((score.forkTurns > 0) == forks)
    }
    let truth = try #require(rows.last?["score"]).decode(CreditScore.self)
    #expect(abs((truth.pearson ?? 0) - 1) < 1e-9 && truth.bias ?? 1 < 1e-9)
    // With a critic there is a row for the exact one and a row for a biased one.
    let critics = zip(names, rows).filter { $0.0 == "turn-gae:lambda=0" }.map { $0.1["evidence"] }
    #expect(critics == ["exact critic", "biased critic"])
  }

  @Test func `gives the same numbers again, and others with another seed`() async throws {
    let line = "audit --credit rloo,fork:k=1 --groups 20 --json"
    let first = await turnwise(line)
    #expect(first.status == 0)
    #expect(await turnwise(line).answer == first.answer)
    let other = await turnwise(line + " --seed 2")
    #expect(try other.json["results"] != first.json["results"])
  }

  @Test(arguments: ["--groups 0", "--group-size 1", "--chance 2", "--chance 0", "--model-error -1"])
  func `refuses numbers that make no problem`(flags: String) async {
    let printed = await turnwise("audit \(flags)")
    #expect(printed.status == 2 && printed.note.hasPrefix("error: --"))
  }
}
