import Foundation
import Testing
import TurnwiseModel

@Suite struct `A saved model` {
  private func trained() -> (Transformer, AdamW) {
    var model = Transformer.scrambled(.tiny())
    var optimizer = AdamW(for: model, weightDecay: 0.1)
    for _ in 0..<3 { step(&model, &optimizer) }
    return (model, optimizer)
  }

  private func step(_ model: inout Transformer, _ optimizer: inout AdamW) {
    let result = model.gradient(of: someSequences([20, 30])) { _, outputs in
      SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in -1 })
    }
    optimizer.update(&model, gradient: result.gradient, learningRate: 1e-2)
  }

  @Test func `resumes training as if it had not stopped`() throws {
    var (model, optimizer) = trained()
    let url = FileManager.default.temporaryDirectory.appending(
      path: "turnwise-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Checkpoint(model, optimizer: optimizer, metadata: ["run": "{\"seed\":7}"]).write(to: url)
    let back = try Checkpoint(contentsOf: url)
    #expect(back.metadata == ["run": "{\"seed\":7}"])
    var resumed = try #require(back.optimizer)
    var twin = back.model
    #expect(twin == model && resumed == optimizer)
    step(&model, &optimizer)
    step(&twin, &resumed)
    #expect(twin == model && resumed == optimizer)
  }

  @Test func `is read without an optimiser, also as a critic`() throws {
    let critic = Transformer(critic: .scrambled(.tiny()))
    let back = try Checkpoint(decoding: Checkpoint(critic).encoded())
    #expect(back.model == critic && back.optimizer == nil)
  }

  @Test func `has the tensor names of Llama`() throws {
    let file = try Checkpoint(.scrambled(.tiny())).encoded()
    _ = try file.tensor("model.embed_tokens.weight", shape: [41, 24])
    _ = try file.tensor("model.layers.1.self_attn.k_proj.weight", shape: [12, 24])
    _ = try file.tensor("model.layers.0.mlp.down_proj.weight", shape: [24, 20])
    _ = try file.tensor("model.norm.weight", shape: [24])
  }

  @Test func `is refused with the reason if something is missing or wrong`() throws {
    let file = try Checkpoint(.scrambled(.tiny())).encoded()
    #expect(throws: CheckpointError.noConfiguration) {
      try Checkpoint(decoding: Safetensors(tensors: file.tensors))
    }
    var broken = file
    broken.metadata["turnwise.model"] = "{}"
    #expect(throws: CheckpointError.unreadable("turnwise.model")) {
      try Checkpoint(decoding: broken)
    }
    broken = file
    broken.metadata["turnwise.model"]?.replace("\"heads\":4", with: "\"heads\":5")
    #expect(throws: CheckpointError.impossibleModel("The width is not a multiple of the heads.")) {
      try Checkpoint(decoding: broken)
    }
    for size in ["layers", "width", "vocabulary", "feedForward"] {
      broken = file
      broken.metadata["turnwise.model"]?.replace(
        try Regex("\"\(size)\":[0-9]+"), with: "\"\(size)\":\(1 << 24)")
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(decoding: broken) }
      #expect(error == .tooFewWeights, "\(size)")
    }
    broken = file
    broken.metadata["turnwise.model"]?.replace(
      try Regex("\"context\":[0-9]+"), with: "\"context\":\(1 << 24)")
    #expect(throws: CheckpointError.impossibleModel("A context has at most 131072 tokens.")) {
      try Checkpoint(decoding: broken)
    }
    broken = file
    broken.tensors[0].values[0] = .nan
    #expect(throws: CheckpointError.notFinite("A weight")) { try Checkpoint(decoding: broken) }
    broken = file
    broken.tensors.removeLast()
    #expect(throws: SafetensorsError.missingTensor("model.norm.weight")) {
      try Checkpoint(decoding: broken)
    }
  }
}
