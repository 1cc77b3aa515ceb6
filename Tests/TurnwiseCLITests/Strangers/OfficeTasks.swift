import Foundation
import Turnwise

/// A folder of small office jobs in bash, as somebody would write it who has read "Shell tasks without
/// Swift": four kinds of jobs, ten tasks of each to train on and four held out.
enum OfficeTasks {
  static let words = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jasper",
    "knoll", "larch", "maple", "nomad", "olive", "pearl", "quartz", "raven", "sable", "tulip",
    "umber", "vista", "walnut", "yarrow", "zephyr", "acorn", "basil", "clover", "daisy", "falcon",
  ]

  /// A task as its files.
  private struct Job {
    var instruction: String
    var files: [String: String]
    var check: String
    var solution: [String]
  }

  /// Writes the folder.
  static func write(to folder: URL) throws {
    var random = Randomness(seed: 5)
    let kinds: [(String, (inout Randomness) -> Job)] = [
      ("count", count), ("lookup", lookup), ("rename", rename), ("switch", setting),
    ]
    for (kind, make) in kinds {
      for number in 0..<14 {
        let job = make(&random)
        let task = folder.appending(path: "\(kind)-\(number)", directoryHint: .isDirectory)
        for (path, text) in job.files {
          let file = task.appending(path: "files/\(path)")
          try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
          try Data(text.utf8).write(to: file)
        }
        let manifest: [String: JSONValue] = [
          "instruction": .string(job.instruction),
          "split": .string(number < 10 ? "train" : "held-out"), "turnLimit": 6,
        ]
        try JSON.encode(manifest).write(to: task.appending(path: "task.json"))
        try Data((job.solution.joined(separator: "\n\n") + "\n").utf8)
          .write(to: task.appending(path: "solution"))
        let check = task.appending(path: "check")
        try Data("#!/bin/bash\n\(job.check)\n".utf8).write(to: check)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: check.path)
      }
    }
  }

  private static func word(_ random: inout Randomness) -> String {
    words.randomElement(using: &random) ?? ""
  }

  private static func count(_ random: inout Randomness) -> Job {
    let (file, sought) = (word(&random), word(&random))
    let number = Int.random(in: 1...6, using: &random)
    let lines =
      (repeatElement(sought, count: number)
      + (0..<4).map { _ in words.filter { $0 != sought }.randomElement(using: &random) ?? "" })
      .shuffled(using: &random)
    return Job(
      instruction: "How many lines of \(file).txt say \(sought)? Submit the number.",
      files: ["\(file).txt": lines.joined(separator: "\n") + "\n"],
      check: "[ \"$1\" = \(number) ]",
      solution: ["grep -c \(sought) \(file).txt", "submit \(number)"])
  }

  private static func lookup(_ random: inout Randomness) -> Job {
    let names = Array(words.shuffled(using: &random).prefix(8))
    let book = zip(names.prefix(4), names.suffix(4)).map { "\($0): \($1)" }
    return Job(
      instruction: "Who sits with \(names[1])? See seats.txt and submit the name.",
      files: ["seats.txt": book.joined(separator: "\n") + "\n"],
      check: "[ \"$1\" = \(names[5]) ]",
      solution: ["grep \(names[1]): seats.txt", "submit \(names[5])"])
  }

  private static func rename(_ random: inout Randomness) -> Job {
    let names = Array(words.shuffled(using: &random).prefix(3))
    return Job(
      instruction: "Rename \(names[0]).md to \(names[1]).md.",
      files: ["\(names[0]).md": names[2] + "\n"],
      check:
        "[ -f /workspace/\(names[1]).md ] && [ ! -e /workspace/\(names[0]).md ]",
      solution: ["ls", "mv \(names[0]).md \(names[1]).md", "ls", "submit done"])
  }

  private static func setting(_ random: inout Randomness) -> Job {
    let names = Array(words.shuffled(using: &random).prefix(4))
    return Job(
      instruction: "Set \(names[0]) to \(names[1]) in app.conf.",
      files: ["app.conf": "\(names[2])=\(names[3])\n\(names[0])=\(names[2])\n"],
      check: "grep -qx \(names[0])=\(names[1]) /workspace/app.conf",
      solution: [
        "cat app.conf", "sed -i s/\(names[0])=.*/\(names[0])=\(names[1])/ app.conf", "submit done",
      ])
  }
}
