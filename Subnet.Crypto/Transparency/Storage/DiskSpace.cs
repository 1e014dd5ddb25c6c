namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Tells a disk without room, which passes, from one that is damaged.</summary>
internal static class DiskSpace
{
    // ENOSPC, and EDQUOT of Linux and of the BSDs; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
    private const int NoSpace = 28, Quota = 122, QuotaElsewhere = 69;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070), HandleFullOnWindows = unchecked((int)0x80070027);

    /// <summary>Whether a failure, or what caused it, was that there is no room.</summary>
    public static bool IsFull(Exception? failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException { HResult: NoSpace or Quota or QuotaElsewhere or NoSpaceOnWindows or HandleFullOnWindows })
            {
                return true;
            }
        }

        return false;
    }
}
