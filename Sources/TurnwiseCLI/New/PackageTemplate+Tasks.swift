extension PackageTemplate {
  /// A folder of shell tasks, which the environment `shell-v1` plays.
  static let tasksFiles =
    [
      File(
        path: "Package.swift",
        text: """
          // swift-tools-version: 6.2
          import PackageDescription

          let turnwise: [Target.Dependency] = [
            .product(name: "Turnwise", package: "{{identity}}"),
            .product(name: "TurnwiseEnvironments", package: "{{identity}}"),
          ]

          let package = Package(
            name: "{{package}}",
            products: [.executable(name: "{{package}}", targets: ["{{Type}}Program"])],
            dependencies: [.package(path: "{{turnwise}}")],
            targets: [
              .executableTarget(name: "{{Type}}Program", dependencies: turnwise),
              .testTarget(name: "{{Type}}Tests", dependencies: turnwise),
            ])

          """),
      File(
        path: "Sources/{{Type}}Program/main.swift",
        text: """
          import Turnwise
          import TurnwiseCLI
          import TurnwiseEnvironments

          // The tasks are in the folder Tasks: {{package}} run shell-v1 --tasks Tasks
          await TurnwiseCLI.main(environments: [Shell()])

          """),
      File(path: "Tests/{{Type}}Tests/{{Type}}Tests.swift", text: tasksTests),
      File(path: "README.md", text: tasksReadme),
    ]
    + ["train", "held-out"].flatMap { split in
      sortingTasks.filter { $0.split == split }.flatMap(\.files)
    }

  /// A task: sort the lines of a file.
  private struct Task {
    var name: String
    var split: String
    var lines: [String]

    var files: [File] {
      let folder = "Tasks/\(name)"
      let sorted = Set(lines).sorted().joined(separator: "\n") + "\n"
      return [
        File(
          path: "\(folder)/task.json",
          text: """
            {
              "instruction": "Write the lines of names.txt to sorted.txt, sorted and each once.",
              "split": "\(split)"
            }

            """),
        File(path: "\(folder)/files/names.txt", text: lines.joined(separator: "\n") + "\n"),
        File(path: "\(folder)/solution", text: "sort -u names.txt > sorted.txt\n"),
        File(
          path: "\(folder)/check",
          text: "#!/bin/bash\ncmp -s /workspace/sorted.txt check-files/sorted.txt\n",
          isExecutable: true),
        File(path: "\(folder)/check-files/sorted.txt", text: sorted),
      ]
    }
  }

  private static let sortingTasks = [
    Task(name: "sort-trees", split: "train", lines: ["oak", "elm", "ash", "oak"]),
    Task(name: "sort-rivers", split: "train", lines: ["seine", "elbe", "elbe", "rhone"]),
    Task(name: "sort-birds", split: "held-out", lines: ["wren", "rook", "heron", "rook"]),
  ]

  private static let tasksTests = ##"""
    import Foundation
    import Testing
    import Turnwise
    import TurnwiseEnvironments

    @Suite struct `The tasks of {{package}}` {
      private func environment() throws -> Shell {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
          .deletingLastPathComponent().deletingLastPathComponent()
        return try Shell().playing(tasksIn: folder.appending(path: "Tasks"))
      }

      @Test func `keep the laws that all environments must keep, and are solved by their solutions`()
        async throws
      {
        let report = await EnvironmentChecker(try environment()).check()
        #expect(report.violations.isEmpty, "\(report.verdicts)")
      }

      @Test func `are judged by their checks`() async throws {
        var session = try Session(
          try environment(), origin: EpisodeOrigin(seed: 1, split: .heldOut, scenario: 0))
        // A session is a value: playing the fork does not change the session.
        var fork = session.forked("unsorted")
        await fork.play(.call("bash", ["command": "cp names.txt sorted.txt"]))
        await fork.play(.call("submit", ["answer": ""]))
        #expect(fork.judgement?.success == false)
        await session.play(.call("bash", ["command": "sort -u names.txt > sorted.txt"]))
        await session.play(.call("submit", ["answer": ""]))
        #expect(session.judgement?.success == true)
      }
    }

    """##

  private static let tasksReadme = """
    # {{package}}

    Shell tasks for the environment `{{id}}` of [Turnwise]({{turnwise}}/README.md). Each folder in `Tasks` is one:

    | file | content |
    | --- | --- |
    | `task.json` | the instruction, and whether the task is for training (`train`) or for evaluation (`held-out`) |
    | `files/` | the files that the agent finds |
    | `check` | a program that judges the files that the agent leaves; status 0 is success |
    | `check-files/` | files that only the check sees |
    | `solution` | commands that solve the task, one for each turn, which policies imitate |

    `{{package}} check {{id}} --tasks Tasks` reports what is wrong with a task. A policy learns from the tasks of the split
    `train` and is evaluated on those of `held-out`, so there must be some of both.

    ```bash
    {{commands}}
    ```

    """
}
