namespace Subnet.Health.Web.Pages;

/// <summary>One neuron of an epoch: what it got and why.</summary>
public sealed partial class NeuronPage;
