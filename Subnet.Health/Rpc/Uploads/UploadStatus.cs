namespace Subnet.Health.Rpc.Uploads;

/// <summary>How much of an upload is there.</summary>
/// <param name="ReceivedBytes">Bytes from the beginning that are on disk.</param>
/// <param name="IsComplete">Whether it is whole and its digest was checked.</param>
internal readonly record struct UploadStatus(long ReceivedBytes, bool IsComplete);
