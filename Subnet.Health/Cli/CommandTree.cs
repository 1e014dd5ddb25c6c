using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Cli.Commands.Certs;
using Subnet.Health.Cli.Commands.Clinics;
using Subnet.Health.Cli.Commands.Localnet;
using Subnet.Health.Cli.Commands.Miners;
using Subnet.Health.Cli.Commands.SealFiles;
using Subnet.Health.Cli.Commands.Validators;
using Subnet.Health.Cli.Commands.Wallets;

namespace Subnet.Health.Cli;

/// <summary>The whole command line. A command that is not finished is not here.</summary>
internal static class CommandTree
{
    /// <summary>A new tree: parsing changes its symbols' state, so each run has its own.</summary>
    public static RootCommand Create(GlobalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Complete(options, Commands());
    }

    /// <summary>A tree of these commands with the options, help and version of every tree.</summary>
    public static RootCommand Complete(GlobalOptions options, IEnumerable<Command> commands)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(commands);
        RootCommand root = new("Privacy-preserving healthcare subnet: encrypted risk scores, proofs, consensus, evidence.");
        foreach (Command command in commands)
        {
            root.Subcommands.Add(command);
        }

        ReplaceVersionOption(root);
        foreach (Option option in options.All)
        {
            root.Options.Add(option);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        SetActions(root);
        return root;
    }

    /// <summary>Every command below <paramref name="command"/>, depth first, itself included.</summary>
    public static IEnumerable<Command> Walk(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.Subcommands.SelectMany(Walk).Prepend(command);
    }

    private static IEnumerable<Command> Commands() =>
    [
        new DemoCommand(),
        new NounCommand(
            "localnet",
            "A network on this machine, each role a process of its own.",
            new LocalnetUpCommand(),
            new LocalnetDownCommand(),
            new LocalnetStatusCommand(),
            new LocalnetLogsCommand(),
            new LocalnetResetCommand(),
            new LocalnetRoleCommand()),
        new DoctorCommand(),
        Subnet.Health.Cli.Commands.Audit.AuditCommands.Create(),
        new NounCommand(
            "config",
            "Settings: flag, else environment, else file, else default.",
            new ConfigShowCommand(),
            new ConfigGetCommand(),
            new ConfigSetCommand(),
            new ConfigPathCommand()),
        new CompletionCommand(),
        new NounCommand(
            "wallet",
            "Coldkeys and hotkeys: Ed25519, SS58 addresses, encrypted at rest.",
            new WalletCreateCommand(),
            new WalletListCommand(),
            new WalletShowCommand(),
            new WalletRecoverCommand(),
            new WalletSignCommand(),
            new WalletVerifyCommand(),
            new WalletBalanceCommand(),
            new WalletTransferCommand()),
        new NounCommand(
            "model",
            "Reads, evaluates, compiles and checks models.",
            new ModelInspectCommand(),
            new ModelPredictCommand(),
            new ModelVerifyCommand(),
            new ModelCompileCommand(),
            new ModelCardCommand()),
        new NounCommand(
            "miner",
            "Serve models on encrypted queries.",
            new MinerRunCommand(),
            new MinerCheckCommand(),
            new MinerPublishCommand(),
            new MinerStatusCommand()),
        new NounCommand(
            "clinic",
            "The gateway: ask models about patients whom they never see.",
            new ClinicKeygenCommand(),
            new ClinicModelsCommand(),
            new ClinicQueryCommand(),
            new ClinicReportOutcomesCommand(),
            new ClinicHistoryCommand(),
            new ClinicServeCommand(),
            new ClinicScoreOrganicCommand()),
        new NounCommand("epoch", "Epochs of the consensus on given and stored inputs.", new EpochRunCommand(), new EpochWhatIfCommand()),
        new NounCommand("emission", "The emission curve and where emission goes.", new EmissionScheduleCommand(), new EmissionExplainCommand()),
        new NounCommand(
            "seal",
            "Files in Microsoft SEAL's own format: parameters, plaintexts, ciphertexts and all keys.",
            new SealInspectCommand(),
            new SealKeygenCommand(),
            new SealEncryptCommand(),
            new SealDecryptCommand(),
            new SealEvaluateCommand()),
        new NounCommand("certs", "Certificates for mutual TLS between organisations.", new CertsCreateCommand(), new CertsShowCommand()),
        new NounCommand("conformance", "Replays a folder of known-answer vectors.", [.. ConformanceCommand.All()]),
        new NounCommand("bench", "Headline numbers on this machine.", new BenchLatticeCommand()),
        new NounCommand("node", "The ledger: make blocks, or follow and check them.", new NodeRunCommand(), new NodeFollowCommand(), new NodeStatusCommand(), new NodeAnchorsCommand(), new NodeAnchorCommand()),
        new NounCommand(
            "subnets",
            "Subnets: create, start, tune, register.",
            new SubnetsCreateCommand(),
            new SubnetsStartCommand(),
            new SubnetsListCommand(),
            new SubnetsShowCommand(),
            new SubnetsRegisterCommand(),
            new SubnetsHyperparametersCommand(),
            new SubnetsSetCommand(),
            new SubnetsModelsCommand(),
            new SubnetsRetireModelCommand(),
            new SubnetsFeesCommand(),
            new SubnetsPurchaseCommand(),
            new SubnetsSettleCommand(),
            new ConcentrationCommand()),
        new MetagraphCommand(),
        new NounCommand(
            "stake",
            "Stake: add, remove, move, swap, claim.",
            new StakeAddCommand(),
            new StakeRemoveCommand(),
            new StakeMoveCommand(),
            new StakeSwapCommand(),
            new StakeClaimCommand(),
            new StakeListCommand()),
        new NounCommand("delegate", "Hotkeys that take nominators.", new DelegateTakeCommand(), new DelegateListCommand(), new DelegateCompareCommand()),
        new NounCommand("children", "Child keys: validate with another hotkey's stake.", new ChildrenSetCommand(), new ChildrenShowCommand(), new ChildrenTakeCommand()),
        new NounCommand(
            "weights",
            "Weights of validators.",
            new WeightsSetCommand(),
            new WeightsCommitCommand(),
            new WeightsRevealCommand(),
            new WeightsShowCommand()),
        new NounCommand(
            "validator",
            "Tests miners, checks proofs, replays scores.",
            new ValidatorRunCommand(),
            new ValidatorReplayCommand(),
            new ValidatorStatusCommand(),
            new ValidatorAbortsCommand(),
            new ValidatorEpsilonCommand()),
        new NounCommand("gov", "Proposals and stake-weighted votes.", new GovProposeCommand(), new GovVoteCommand(), new GovListCommand(), new GovShowCommand()),
        new DashboardCommand(),
        new DocsCommand(),
    ];

    // A leaf needs an action, else the parser asks for a subcommand. SubnetApp carries the command out itself.
    private static void SetActions(RootCommand root)
    {
        foreach (SubnetCommand command in Walk(root).OfType<SubnetCommand>())
        {
            command.SetAction(_ => { });
        }
    }

    private static void ReplaceVersionOption(RootCommand root)
    {
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Options.Add(new Option<bool>("--version")
        {
            Description = "Print the build, protocol and weights version.",
            Action = new PrintVersion(),
        });
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ProgramVersion.Line);
            return 0;
        }
    }
}
