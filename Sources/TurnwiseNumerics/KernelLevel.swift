internal import CVector
internal import Foundation
package import TurnwiseKernels
internal import TurnwiseKernelsAVX2
internal import TurnwiseKernelsAVX512
internal import TurnwiseKernelsBaseline

/// The kernels that this process uses.
package let kernels: any Kernels.Type = KernelLevel.current.kernels

/// The set of instructions that the kernels use.
///
/// Equal seeds give equal bits only at equal levels; at ``baseline`` they also depend on the kernels that
/// OpenBLAS chooses.
///
/// The best level of the processor is used, unless the environment variable `TURNWISE_KERNELS` names
/// another one.
public enum KernelLevel: String, CaseIterable, Sendable {
  /// The instructions that every processor of the architecture has.
  case baseline
  /// AVX2 and FMA: registers of 256 bits.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL: registers of 512 bits.
  case avx512

  /// The name of the environment variable that selects a level.
  public static let variable = "TURNWISE_KERNELS"

  /// The level that this process uses.
  public static let current: KernelLevel = {
    switch chosen {
    case .success(let level): return level
    case .failure(let error): fatalError(error.description)
    }
  }()

  /// The level that the environment variable names; the best one if it names none.
  public static var chosen: Result<KernelLevel, KernelLevelError> {
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else {
      return .success(available.last ?? .baseline)
    }
    guard let level = KernelLevel(rawValue: name) else { return .failure(.unknown(name)) }
    return level.isAvailable ? .success(level) : .failure(.unavailable(level))
  }

  /// The levels that this processor supports, from the lowest to the best.
  public static var available: [KernelLevel] { allCases.filter(\.isAvailable) }

  /// Whether this processor supports the level.
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

  /// The processor family and the width of the kernels' registers, such as `x86-64, 512 bits`.
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

/// Why the requested level cannot be used.
public enum KernelLevelError: Error, CustomStringConvertible {
  /// There is no level of that name.
  case unknown(String)
  /// The processor does not support the level.
  case unavailable(KernelLevel)

  /// The requested level and the levels that can be used.
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
