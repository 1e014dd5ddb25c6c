using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Subnet.Tests.Support;

/// <summary>
/// A disk without room for SQLite's files of one folder. A layer over SQLite's own file layer (sqlite3_vfs) answers every write that would make a file longer with SQLITE_FULL, as
/// the layer below does when the system says ENOSPC; writes over bytes that have their place go through, as on a real disk. Needs no rights and no bound inside the store, so it
/// stands for every store alike. Only files opened after it was made are watched.
/// </summary>
internal sealed class FullDisk : IDisposable
{
    private readonly string folder;

    /// <summary>A disk that has room yet.</summary>
    /// <param name="folder">The folder whose files it holds.</param>
    public FullDisk(string folder)
    {
        this.folder = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        SqliteFileLayer.Watch(this);
    }

    /// <summary>Whether there is no more room.</summary>
    public bool IsFull { get; set; }

    /// <summary>How many writes it refused.</summary>
    public int Refused { get; private set; }

    public void Dispose() => SqliteFileLayer.Forget(this);

    private bool Holds(string path) => path.StartsWith(folder, StringComparison.Ordinal);

    private bool Refuses()
    {
        Refused += IsFull ? 1 : 0;
        return IsFull;
    }

    /// <summary>The layer itself, one per process: SQLite knows its file layers by name.</summary>
    private static class SqliteFileLayer
    {
        private const int Ok = 0, Full = 13;

        // sqlite3_vfs: three ints, then pointers; sqlite3_io_methods: an int, then pointers (sqlite3.h, version 3 of each).
        private const int VfsNameAt = 24, VfsOpenAt = 40, VfsBytes = 168, CloseAt = 8, WriteAt = 24, FileSizeAt = 48, MethodsBytes = 152;

        private static readonly ConcurrentDictionary<FullDisk, bool> Disks = new();
        private static readonly ConcurrentDictionary<nint, (FullDisk Disk, nint Methods)> Files = new();
        private static readonly ConcurrentDictionary<nint, nint> Tables = new();

        private static readonly OpenCall Opened = Open;
        private static readonly CloseCall Closed = Close;
        private static readonly WriteCall Written = Write;
        private static readonly OpenCall Below = Register();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate nint FindCall(nint name);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int RegisterCall(nint vfs, int makeDefault);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int OpenCall(nint vfs, nint name, nint file, int flags, nint outFlags);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int CloseCall(nint file);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int WriteCall(nint file, nint bytes, int count, long offset);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int FileSizeCall(nint file, out long size);

        public static void Watch(FullDisk disk)
        {
            Assert.That(Below, Is.Not.Null);
            Disks[disk] = true;
        }

        public static void Forget(FullDisk disk) => Disks.TryRemove(disk, out _);

        // A copy of the layer below with another way to open.
        private static OpenCall Register()
        {
            nint library = NativeLibrary.Load("e_sqlite3", Assembly.GetExecutingAssembly(), null);
            nint below = Marshal.GetDelegateForFunctionPointer<FindCall>(NativeLibrary.GetExport(library, "sqlite3_vfs_find"))(0);
            nint layer = Copy(below, VfsBytes);
            Marshal.WriteIntPtr(layer, VfsNameAt, Marshal.StringToCoTaskMemUTF8("full-disk"));
            Marshal.WriteIntPtr(layer, VfsOpenAt, Marshal.GetFunctionPointerForDelegate(Opened));
            OpenCall open = At<OpenCall>(below, VfsOpenAt);
            Assert.That(Marshal.GetDelegateForFunctionPointer<RegisterCall>(NativeLibrary.GetExport(library, "sqlite3_vfs_register"))(layer, 1), Is.EqualTo(Ok));
            return open;
        }

        private static int Open(nint vfs, nint name, nint file, int flags, nint outFlags)
        {
            int code = Below(vfs, name, file, flags, outFlags);
            if (code == Ok && Marshal.PtrToStringUTF8(name) is { } path && Disks.Keys.FirstOrDefault(disk => disk.Holds(path)) is { } holder)
            {
                nint methods = Marshal.ReadIntPtr(file);
                Files[file] = (holder, methods);
                Marshal.WriteIntPtr(file, Tables.GetOrAdd(methods, TableOver));
            }

            return code;
        }

        private static nint TableOver(nint methods)
        {
            nint table = Copy(methods, MethodsBytes);
            Marshal.WriteIntPtr(table, CloseAt, Marshal.GetFunctionPointerForDelegate(Closed));
            Marshal.WriteIntPtr(table, WriteAt, Marshal.GetFunctionPointerForDelegate(Written));
            return table;
        }

        private static int Close(nint file)
        {
            Files.TryRemove(file, out (FullDisk Disk, nint Methods) entry);
            return At<CloseCall>(entry.Methods, CloseAt)(file);
        }

        private static int Write(nint file, nint bytes, int count, long offset)
        {
            (FullDisk disk, nint methods) = Files[file];
            return At<FileSizeCall>(methods, FileSizeAt)(file, out long size) == Ok && offset + count > size && disk.Refuses()
                ? Full
                : At<WriteCall>(methods, WriteAt)(file, bytes, count, offset);
        }

        private static T At<T>(nint table, int offset) => Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(table, offset));

        private static nint Copy(nint source, int bytes)
        {
            byte[] content = new byte[bytes];
            Marshal.Copy(source, content, 0, bytes);
            nint copy = Marshal.AllocHGlobal(bytes);
            Marshal.Copy(content, 0, copy, bytes);
            return copy;
        }
    }
}
