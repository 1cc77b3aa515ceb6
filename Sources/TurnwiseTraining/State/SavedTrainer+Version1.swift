internal import Foundation
internal import TurnwiseCore
internal import TurnwiseModel
internal import TurnwiseTrace

extension SavedTrainer {
  /// Reads `trainer.json`, the file of runs before version 2 of the format: one JSON object in
  /// which each file of tensors is a base64 string.
  ///
  /// - Throws: A ``SavedStateError``.
  init(version1 bytes: [UInt8]) throws {
    var members: [String: JSONValue]
    do {
      members = try TraceJSON.value([String: JSONValue].self, bytes)
    } catch {
      throw SavedStateError(part: "trainer", reason: "\(error.problem)")
    }
    var tensors: [String: Safetensors] = [:]
    for name in ["policy", "reference"] + Self.kinds.flatMap(\.files) {
      guard let value = members.removeValue(forKey: name) else { continue }
      guard case .string(let text) = value, let data = Data(base64Encoded: text) else {
        throw SavedStateError(part: name, reason: "is not base64")
      }
      do {
        tensors[name] = try Safetensors(decoding: data)
      } catch {
        throw SavedStateError(part: name, reason: "\(error)")
      }
    }
    members["policy"] = .object(members.filter { ["tokenizer", "actionLimit"].contains($0.key) })
    var evidence: [String: JSONValue] = [:]
    for kind in Self.kinds where tensors[kind.files[0]] != nil {
      var state = kind.state
      for (earlier, name) in kind.fields { state[name] = members[earlier] }
      evidence[kind.name] = ["files": JSONValue(kind.files), "state": .object(state)]
    }
    members["evidence"] = .object(evidence)
    // Version 1 did not save these.
    let fresh = try [
      "brake": JSONValue(encoding: UpdateBrake()),
      "creditScale": JSONValue(encoding: CreditScale()),
      "solved": JSONValue(encoding: SolvedGroups()),
    ]
    self.init(tensors: tensors, state: .object(members.merging(fresh) { first, _ in first }))
  }

  /// The kinds of evidence in version 1: their files, the fields of their state that are new, and
  /// the earlier names of the other fields.
  private static let kinds:
    [(
      name: String, files: [String], state: [String: JSONValue], fields: [String: String]
    )] = [
      ("critic", ["critic"], [:], [:]),
      ("process-model", ["processModel"], ["hasLearnt": true], ["processLabels": "labels"]),
      (
        "implicit-model", ["implicitModel", "implicitStart"], [:], ["implicitRecipe": "recipe"]
      ),
    ]
}
