// One import for everything that a user of the library needs.
@_exported public import TurnwiseCore
@_exported public import TurnwiseCredit
@_exported public import TurnwiseModel
@_exported public import TurnwiseReport
@_exported public import TurnwiseTrace
@_exported public import TurnwiseTraining

/// The version of Turnwise.
public let turnwiseVersion = "0.1.0"
