//! A disk that can be filled.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::cluster::{is_root, own};

/// A small file system in memory. It is unmounted with this value.
pub struct Disk(TempDir);

impl Disk {
    /// Mounts one of so many kilobytes; `None` where that is not allowed.
    ///
    /// # Panics
    /// There is no room for a folder.
    pub fn mount(kilobytes: u32) -> Option<Self> {
        let folder = TempDir::new().expect("there is room for a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
            .arg(folder.path())
            .status();
        let disk = mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(folder))?;
        if is_root() {
            own(disk.folder());
        }
        Some(disk)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Fills it to the last byte; what fills it goes when it is dropped.
    ///
    /// # Panics
    /// It does not fill up.
    pub fn fill(&self) -> Filler {
        let path = self.folder().join("filler");
        let mut file = File::create(&path).expect("it can be made");
        for block in [4096, 1] {
            while file.write_all(&vec![0; block]).is_ok() {}
        }
        Filler(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: who still holds a file of it open does not keep it.
        let _ = Command::new("umount").arg("-l").arg(self.folder()).status();
    }
}

/// What fills a disk.
pub struct Filler(PathBuf);

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Lets a process write no further than so many bytes into any file, or lifts that.
///
/// # Panics
/// There is no `prlimit`.
pub fn limit_files(process: u32, bytes: Option<u64>) {
    // The hard limit stays, so that the other one can be lifted.
    let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let set = Command::new("prlimit")
        .arg(format!("--fsize={limit}:unlimited"))
        .arg(format!("--pid={process}"))
        .status();
    assert!(set.expect("there is a `prlimit`").success());
}
