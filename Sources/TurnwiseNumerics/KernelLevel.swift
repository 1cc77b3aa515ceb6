internal import CVector
internal import Foundation
package import TurnwiseKernels
internal import TurnwiseKernelsAVX2
internal import TurnwiseKernelsAVX512
internal import TurnwiseKernelsBaseline

/// The kernels of this process.
package let kernels: any Kernels.Type = KernelLevel.current.kernels

/// Which instructions the kernels use: equal seeds give equal bits only at equal levels, and at the
/// plainest only with equal kernels of OpenBLAS.
///
/// The best that the processor has is chosen, unless the environment variable `TURNWISE_KERNELS` names
/// another.
public enum KernelLevel: String, CaseIterable, Sendable {
  /// What every processor of the architecture has.
  case baseline
  /// AVX2 and FMA: registers of 256 bits.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL: registers of 512 bits.
  case avx512

  /// The environment variable that names a level.
  public static let variable = "TURNWISE_KERNELS"

  /// The level of this process.
  public static let current: KernelLevel = {
    switch chosen {
    case .success(let level): return level
    case .failure(let error): fatalError(error.description)
    }
  }()

  /// The level that the environment variable names, or the best one.
  public static var chosen: Result<KernelLevel, KernelLevelError> {
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else {
      return .success(available.last ?? .baseline)
    }
    guard let level = KernelLevel(rawValue: name) else { return .failure(.unknown(name)) }
    return level.isAvailable ? .success(level) : .failure(.unavailable(level))
  }

  /// The levels that this processor can run, from the plainest to the best.
  public static var available: [KernelLevel] { allCases.filter(\.isAvailable) }

  /// Whether this processor can run the level.
  public var isAvailable: Bool {
    switch self {
    case .baseline: true
    case .avx2: turnwise_has_avx2()
    case .avx512: turnwise_has_avx512()
    }
  }

  /// The kernels of the level.
  package var kernels: any Kernels.Type {
    switch self {
    case .baseline: TurnwiseKernelsBaseline.CompiledKernels.self
    case .avx2: TurnwiseKernelsAVX2.CompiledKernels.self
    case .avx512: TurnwiseKernelsAVX512.CompiledKernels.self
    }
  }

  /// The processor family and the registers of the kernels, such as `x86-64, 512 bits`.
  public static var name: String {
    #if arch(arm64)
      "arm64, \(current.kernels.registerBits) bits"
    #else
      "x86-64, \(current.kernels.registerBits) bits"
    #endif
  }

  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { OpenBLAS.coreName }
}

/// Why the level that was asked for cannot be had.
public enum KernelLevelError: Error, CustomStringConvertible {
  case unknown(String)
  case unavailable(KernelLevel)

  /// The level, and those that can be had.
  public var description: String {
    let choices = KernelLevel.available.map(\.rawValue).joined(separator: ", ")
    return switch self {
    case .unknown(let name):
      "\(KernelLevel.variable) is '\(name)', but the levels here are \(choices)"
    case .unavailable(let level):
      "\(KernelLevel.variable) is '\(level.rawValue)', which this processor cannot run; it can run "
        + "\(choices)"
    }
  }
}
