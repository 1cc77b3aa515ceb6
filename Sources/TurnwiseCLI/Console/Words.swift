internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox
internal import TurnwiseTrace

/// The messages and exit statuses of errors.
enum Words {
  /// Returns the exit status and the message of an error.
  static func of(_ error: any Error) -> (ExitStatus, String) {
    switch error {
    case let error as UsageError:
      let (text, hint) = words(error)
      return (.usage, message(text, hint))
    case let error as TraceError:
      let status: ExitStatus =
        switch error.problem {
        case .missing, .system, .notEmpty, .notARun, .held, .replaced, .tooLarge: .system
        case .version, .notARecord, .inconsistent, .cutShort: .data
        }
      return (status, message("\(error)", error.hint))
    case let error as any InputError: return (.data, message("\(error)", error.hint))
    case let error as Sandbox.ExposedPath: return (.usage, message("\(error)", nil))
    case let error as EstimatorNameError: return (.usage, message("\(error)", nil))
    case let error as TrainingError: return words(error)
    case let error as CreditError: return (.data, message("\(error)", nil))
    case let error as Replay.Divergence:
      return (
        .data, message("\(error)", "the environment is not the one that was recorded")
      )
    case let error as ExactEvaluationError: return (.negative, message("\(error)", nil))
    case let error as ForkError: return (.negative, message("\(error)", nil))
    case let failure as Failure where failure.boundary == .cancelled:
      return (.interrupted, "stopped")
    case is CancellationError:
      return (.interrupted, "stopped")
    case let failure as Failure:
      return (failure.boundary == .sandbox ? .system : .negative, message("\(failure)", nil))
    default:
      return (.system, message(SystemReason.words(error), nil))
    }
  }

  /// Returns an error message with its hint.
  static func message(_ text: String, _ hint: String?) -> String {
    "error: \(text)" + (hint.map { "\nhint:  \($0)" } ?? "")
  }

  /// The end of a hint that says how a task gets an expert.
  private static func remedy(_ taskNeed: String?) -> String {
    taskNeed.map { "; a task from a folder can have \($0)" } ?? ""
  }

  /// Returns a warning about scenarios that are left out because the expert does not know them; nil if there
  /// are none.
  static func warning(of knowledge: ExpertKnowledge, in environment: some Environment) -> String? {
    guard !knowledge.unknown.isEmpty else { return nil }
    let all = knowledge.known.count + knowledge.unknown.count
    let shares = "\(knowledge.known.count) of \(all)"
    return
      ((type(of: environment) as? any TaskFolderEnvironment.Type)
      .map { "\(shares) tasks have \($0.expertNeed)" } ?? "the expert knows \(shares) families")
      + "; left out: \(list(knowledge.unknown))"
  }

  /// Returns the first five names and how many follow.
  private static func list(_ names: [String]) -> String {
    let most = 5
    return names.prefix(most).map { "'\($0)'" }.joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }

  private static func words(_ error: UsageError) -> (text: String, hint: String?) {
    switch error {
    case .unknownCommand(let name, let known):
      ("no command named '\(name)'", nearest(name, known, "all commands: \(Program.name) help"))
    case .unknownFlag(let flag, let known):
      (
        "no option named '\(flag)'",
        nearest(flag.drop { $0 == "-" }.description, known, "add --help to see all", prefix: "--")
      )
    case .missingValue(let flag, let expected): ("--\(flag) needs a value: \(expected)", nil)
    case .needlessValue(let flag): ("--\(flag) takes no value", nil)
    case .badValue(let flag, let text, let expected):
      ("--\(flag) \(text): expected \(expected)", nil)
    case .missingOperand(let what): ("expected \(what)", "add --help for examples")
    case .extraOperand(let text): ("unexpected argument '\(text)'", "add --help for examples")
    case .badOperand(let text, let expected): ("'\(text)': expected \(expected)", nil)
    case .unknownEnvironment(let name, let known):
      (
        "no environment named '\(name)'",
        nearest(name, known, "environments: " + known.joined(separator: ", "))
      )
    case .noTaskFolders(let name, let others):
      (
        "\(name) cannot read tasks from a folder, so --tasks cannot be used",
        others.isEmpty ? nil : "--tasks works with " + others.joined(separator: ", ")
      )
    case .noExpert(let environment, let families, let taskNeed):
      (
        "\(environment) has no scripted expert"
          + (families == [environment] ? "" : " for " + list(families)),
        "use --policy random" + remedy(taskNeed)
      )
    case .nothingToImitate(let path, let environment, let episodes, let heldOut):
      (
        episodes == heldOut && episodes > 0
          ? "\(path) has only held-out episodes, which must not be used for training"
          : "none of the \(episodes - heldOut) training episodes of \(path) succeeded",
        "record some: \(Program.name) run \(environment) --policy random --split train --episodes 2000"
      )
    case .unknownPolicy(let text, let known):
      (
        "no policy named '\(text)'",
        nearest(text, known, "policies: " + known.joined(separator: ", "))
      )
    case .untrainedPolicy(let path, let command):
      (
        "\(path) has no trained policy: '\(command)' trains none, or has not saved one yet",
        "name the folder of a run of train, transfer or audit, or one in that of a comparison"
      )
    case .unknownPart(let name, let known):
      (
        "there is no environment, policy, estimator or shaper '\(name)'",
        nearest(name, known, "'\(Program.name) list' shows all of them")
      )
    case .badParameter(let problem): ("\(problem)", nil)
    case .badTrainingFlag(let id, .unknown(let name, let known)):
      (
        "trainingFlags of \(id): training has no flag '\(name)'",
        nearest(name, known, "'train --help' lists them")
      )
    case .badTrainingFlag(let id, let problem): ("trainingFlags of \(id): \(problem)", nil)
    case .badOptionFile(let path, .unknown(let name, let known)):
      (
        "\(path): there is no option '\(name)'",
        known.first { $0.hasSuffix("." + name) }.map { "did you mean '\($0)'?" }
          ?? nearest(name, known, "the 'configuration' of any run.json names all of them")
      )
    case .badOptionFile(let path, let problem): ("\(path): \(problem)", nil)
    case .setByRun(let option):
      (
        "\(option) cannot be used with --resume, which takes the environment and options from the run",
        "leave it out; --workers, --save-every and --json can be set"
      )
    case .notResumable(let path, let writer, let command):
      (
        "\(path) was written by '\(writer)', so '\(command)' cannot continue it",
        ["train", "compare"].contains(writer)
          ? "continue it with '\(Program.name) \(writer) --resume'"
            + (writer == "compare" ? " and the folder of the comparison" : "")
          : "'train' and 'compare' can be continued"
      )
    case .partOfComparison(let path):
      (
        "\(path) is one run of a comparison",
        "name the folder of the comparison, which is one above"
      )
    case .earlierState(let path):
      (
        "the trainer of \(path) was saved by an earlier version, whose runs cannot be continued",
        "train on from its policy in a new run: \(Program.name) train ENV --warm-start \(path)"
      )
    case .conflict(let text): (text, nil)
    }
  }

  private static func words(_ error: TrainingError) -> (ExitStatus, String) {
    switch error {
    case .noExpert(let environment, let taskNeed):
      (
        .usage,
        message(
          "\(environment) has no scripted expert to imitate",
          "--warm-start RUN needs none, nor does --demonstrations-from RUN after '\(Program.name) run"
            + " \(environment) --policy random --split train --episodes 2000'" + remedy(taskNeed))
      )
    case .demonstrationsTooLong(let context):
      (
        .negative,
        message("no demonstration fits a context of \(context) tokens", "raise --context")
      )
    case .everyTurnRefused:
      (
        .negative,
        message(
          "every call of the demonstrations was refused, so there is nothing to imitate",
          "play the expert with '\(Program.name) run'; its trace shows what is refused")
      )
    case .everyEpisodeFailed(let failure):
      (
        failure.boundary == .sandbox ? .system : .negative,
        message("every episode failed, the first with \(failure)", nil)
      )
    case .refusedCredit(let reasons): (.usage, message(reasons.joined(separator: "; "), nil))
    }
  }

  private static func nearest(
    _ name: String, _ known: [String], _ otherwise: String, prefix: String = ""
  ) -> String {
    nearestName(to: name, among: known).map { "did you mean '\(prefix)\($0)'?" } ?? otherwise
  }
}
