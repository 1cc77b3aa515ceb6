import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `Options from a file` {
  private let folder = TemporaryFolder()
  private let small =
    "--demonstrations 20 --cloning-steps 2 --updates 1 --groups 2 --group-size 2 --context 400"
    + " --evaluation-episodes 2 --critic-episodes 0"

  private func file(_ text: String) throws -> String {
    try folder.write(text.utf8, to: "options.json")
    return folder.path + "/options.json"
  }

  private func configuration(of run: String) throws -> JSONValue {
    try Run(opening: folder.url.appending(path: run)).record.configuration
  }

  @Test func `are those that a run has recorded, and flags override them`() async throws {
    let first = await turnwise(
      "train keydoor-v1 \(small) --credit token --seed 5 --out \(folder.path)/first")
    try #require(first.status == 0, "\(first.note)")
    let again = await turnwise(
      "train keydoor-v1 --config \(folder.path)/first/run.json --out \(folder.path)/again")
    try #require(again.status == 0, "\(again.note)")
    #expect(try configuration(of: "again") == configuration(of: "first"))
    let name = "episodes.jsonl"
    let (one, other) = (
      try Data(contentsOf: folder.url.appending(path: "first/\(name)")),
      try Data(contentsOf: folder.url.appending(path: "again/\(name)"))
    )
    #expect(one == other, "the same options are the same run")
    // The folder of a run will do, too.
    let changed = await turnwise(
      "train keydoor-v1 --config \(folder.path)/first --seed 6 --updates 0 --out \(folder.path)/changed"
    )
    try #require(changed.status == 0, "\(changed.note)")
    let options = try configuration(of: "changed")
    #expect(options["credit"] == "token" && options["budget"]?["updates"] == 0)
    #expect(options["seed"] == .string("0000000000000006"))
  }

  @Test func `can be some of them`() async throws {
    let path = try file(
      #"{"budget": {"updates": 0}, "cloning": {"steps": 2}, "imitation": {"demonstrations": 20}}"#)
    let printed = await turnwise(
      "train keydoor-v1 --config \(path) --evaluation-episodes 2 --out \(folder.path)/run")
    try #require(printed.status == 0, "\(printed.note)")
    let options = try configuration(of: "run")
    #expect(options["budget"]?["updates"] == 0 && options["budget"]?["groups"] == 8)
  }

  @Test(arguments: [
    (#"{"budget": {"update": 3}}"#, "there is no option 'budget.update'", "'budget.updates'?"),
    (#"{"critc": {"rate": 3}}"#, "there is no option 'critc'", "'critic'?"),
    (#"{"labels": 3}"#, "there is no option 'labels'", "'processModel.labels'?"),
    (#"{"loss": {"clip": "pop"}}"#, "loss.clip=pop: expected one of ppo,", ""),
    (#"{"model": {"heads": 0}}"#, "model.heads=0: expected a whole number from 1 to", ""),
    (#"{"model": {"heads": "two"}}"#, "model.heads", ""),
    ("[1]", "it is not a JSON object of options", ""),
  ])
  func `that do not exist or fit are refused`(text: String, reason: String, hint: String)
    async throws
  {
    let printed = await turnwise("train keydoor-v1 --config \(try file(text))")
    #expect(printed.status == 2, "\(printed.note)")
    #expect(printed.note.contains("options.json: ") && printed.note.contains(reason))
    if !hint.isEmpty { #expect(printed.note.contains(hint), "\(printed.note)") }
  }

  @Test(
    arguments: [
      (#"{"seed": 7, "budget": {"updates": 0}}"#, nil),
      (#"{"seed": 7, "updates": 0, "evaluationEpisodes": 2}"#, nil),
      (#"{"imitation": {"habit": 0.5}, "budget": {"updates": 0}}"#, nil),
      (#"{"budget": 5}"#, "budget=5: expected a JSON object of options"),
      (#"{"budget": {"updates": 1.5}}"#, "budget.updates=1.5: expected a whole number"),
      (#"{"seed": [7]}"#, "seed"),
      (
        #"{"version": 2, "command": "run", "configuration": {"policy": "expert"}}"#,
        "it was written by 'run', which has no options of training"
      ),
    ] as [(String, String?)])
  func `are read as people write them, and as earlier versions did`(text: String, reason: String?)
    async throws
  {
    let out = UUID().uuidString
    let printed = await turnwise(
      "train keydoor-v1 --config \(try file(text)) --habit auto --demonstrations 20 --cloning-steps 2"
        + " --evaluation-episodes 2 --out \(folder.path)/\(out)")
    if let reason {
      #expect(printed.status == 2 && printed.note.contains(reason), "\(printed.note)")
    } else {
      #expect(printed.status == 0, "\(printed.note)")
      #expect(try configuration(of: out)["budget"]?["updates"] == 0)
    }
  }

  @Test func `that cannot be read are named`() async throws {
    let missing = await turnwise("train keydoor-v1 --config \(folder.path)/nowhere.json")
    #expect(missing.status == 4 && missing.note.contains("nowhere.json"))
    let cut = await turnwise("train keydoor-v1 --config \(try file(#"{"budget": "#))")
    #expect(cut.status == 3 && cut.note.contains("options.json"))
  }

  @Test func `of a command with other options are refused where they would be ignored`()
    async throws
  {
    let path = try file(#"{"warmStart": "elsewhere"}"#)
    let printed = await turnwise("compare keydoor-v1 --config \(path)")
    #expect(printed.status == 2 && printed.note.contains("there is no option 'warmStart'"))
  }

  @Test func `of a comparison name its estimators and seeds`() async throws {
    let path = try file(#"{"credit": "rloo,tern", "seeds": 2, "threshold": 0.5}"#)
    let printed = await turnwise("compare keydoor-v1 --config \(path)")
    #expect(printed.status == 2 && printed.note.contains("tern"))
    let none = try file(#"{"credit": "rloo,turn", "seeds": 0}"#)
    let refused = await turnwise("compare keydoor-v1 --config \(none)")
    #expect(refused.status == 2 && refused.note.contains("seeds=0: expected a whole number from 1"))
  }
}
