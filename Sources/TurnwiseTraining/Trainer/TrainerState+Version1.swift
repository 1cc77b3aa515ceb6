internal import Foundation
internal import TurnwiseCore
internal import TurnwiseModel

extension TrainerState: Codable {
  private static let kinds: [String: (files: [String], fields: [String: String])] = [
    "critic": (["critic"], [:]), "process-model": (["processModel"], ["processLabels": "labels"]),
    "implicit-model": (["implicitModel", "implicitStart"], ["implicitRecipe": "recipe"]),
  ]

  /// Reads `trainer.json`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    var members = try container.decode([String: JSONValue].self)
    var tensors: [String: Safetensors] = [:]
    do {
      for name in ["policy", "reference"] + Self.kinds.values.flatMap(\.files) {
        guard let value = members.removeValue(forKey: name) else { continue }
        tensors[name] = try value.decode(Checkpoint.self).encoded()
      }
      members["policy"] = .object(members.filter { ["tokenizer", "actionLimit"].contains($0.key) })
      var evidence: [String: JSONValue] = [:]
      for (kind, (files, fields)) in Self.kinds where tensors[files[0]] != nil {
        var state: [String: JSONValue] = kind == "process-model" ? ["hasLearnt": true] : [:]
        for (old, new) in fields { state[new] = members[old] }
        evidence[kind] = ["files": JSONValue(files), "state": .object(state)]
      }
      members["evidence"] = .object(evidence)
      for (name, fresh) in [
        "brake": try JSONValue(encoding: UpdateBrake()),
        "creditScale": try JSONValue(encoding: CreditScale()),
        "solved": try JSONValue(encoding: SolvedGroups()),
      ] where members[name] == nil { members[name] = fresh }
      try self.init(SavedTrainer(tensors: tensors, state: .object(members)))
    } catch let error as SavedStateError {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }

  /// Writes `trainer.json`.
  public func encode(to encoder: any Encoder) throws {
    let saved = try saved
    guard case .object(var members) = saved.state else { return }
    members["tokenizer"] = members["policy"]?["prompt"]
    members["actionLimit"] = members["policy"]?["actionLimit"]
    for (name, file) in saved.tensors {
      members[name] = try JSONValue(encoding: Checkpoint(decoding: file))
    }
    for (kind, (_, fields)) in Self.kinds {
      for (old, new) in fields { members[old] = members["evidence"]?[kind]?["state"]?[new] }
    }
    members["evidence"] = nil
    try members.encode(to: encoder)
  }
}
