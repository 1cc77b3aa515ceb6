import TurnwiseCLI
import TurnwiseEnvironments

await TurnwiseCLI.main(environments: builtInEnvironments)
