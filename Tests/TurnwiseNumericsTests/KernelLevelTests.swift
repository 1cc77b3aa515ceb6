import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `A kernel level` {
  @Test func `can always be the lowest one`() {
    #expect(KernelLevel.available.first == .baseline)
    #expect(KernelLevel.available.contains(KernelLevel.current))
  }

  @Test func `has wider registers than a lower one`() {
    let bits = levels.map { $0.kernels.registerBits }
    #expect(bits.first == 128)
    #expect(zip(bits, bits.dropFirst()).allSatisfy { $0 < $1 })
    #expect(KernelLevel.name.hasSuffix("\(kernels.registerBits) bits"))
  }

  @Test func `that is unknown is refused with a list of those that can be used`() {
    let choices = levels.map(\.rawValue).joined(separator: ", ")
    #expect(
      KernelLevelError.unknown("sse9").description
        == "TURNWISE_KERNELS is 'sse9', but the levels here are \(choices)")
  }

  @Test func `that the processor does not support is refused with a list of those it does`() {
    let choices = levels.map(\.rawValue).joined(separator: ", ")
    #expect(
      KernelLevelError.unavailable(.avx512).description
        == "TURNWISE_KERNELS is 'avx512', which this processor cannot run; it can run \(choices)")
  }
}
