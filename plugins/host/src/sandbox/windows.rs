//! Windows: a job object, which the worker and every process that it starts live in.
//!
//! <https://learn.microsoft.com/windows/win32/procthread/job-objects>

use super::Bounds;
use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::{from_ref, null};
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_JOB_MEMORY, JOB_OBJECT_LIMIT_JOB_TIME, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_UILIMIT_DESKTOP,
    JOB_OBJECT_UILIMIT_DISPLAYSETTINGS, JOB_OBJECT_UILIMIT_EXITWINDOWS,
    JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES, JOB_OBJECT_UILIMIT_READCLIPBOARD,
    JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
    JOBOBJECT_BASIC_UI_RESTRICTIONS, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS,
    JobObjectBasicUIRestrictions, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// Units of 100 nanoseconds in a second.
const TICKS: i64 = 10_000_000;

/// Limits memory and processor time, takes clipboard and desktop away, and ends with this process whatever it starts.
pub fn limit(bounds: Bounds) -> Result<(), String> {
    // SAFETY: no attributes and no name are asked for.
    let job = unsafe { CreateJobObjectW(null(), null()) };
    if job.is_null() {
        return Err(failed());
    }
    let memory = usize::try_from(bounds.memory).unwrap_or(usize::MAX);
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
        ProcessMemoryLimit: memory,
        JobMemoryLimit: memory,
        ..Default::default()
    };
    limits.BasicLimitInformation.PerJobUserTimeLimit =
        i64::try_from(bounds.seconds).unwrap_or(i64::MAX / TICKS).saturating_mul(TICKS);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY
        | JOB_OBJECT_LIMIT_JOB_MEMORY
        | JOB_OBJECT_LIMIT_JOB_TIME
        | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
        | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    set(job, JobObjectExtendedLimitInformation, &limits)?;
    let desktop = JOBOBJECT_BASIC_UI_RESTRICTIONS {
        UIRestrictionsClass: JOB_OBJECT_UILIMIT_DESKTOP
            | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
            | JOB_OBJECT_UILIMIT_EXITWINDOWS
            | JOB_OBJECT_UILIMIT_GLOBALATOMS
            | JOB_OBJECT_UILIMIT_HANDLES
            | JOB_OBJECT_UILIMIT_READCLIPBOARD
            | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
            | JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
    };
    set(job, JobObjectBasicUIRestrictions, &desktop)?;
    // SAFETY: both handles are valid; the second stands for this process and is not closed.
    if unsafe { AssignProcessToJobObject(job, GetCurrentProcess()) } == 0 {
        return Err(failed());
    }
    // The handle stays open for as long as this process lives: closing it ends everything in the job.
    Ok(())
}

fn set<Information>(
    job: HANDLE,
    class: JOBOBJECTINFOCLASS,
    information: &Information,
) -> Result<(), String> {
    let length = u32::try_from(size_of::<Information>()).map_err(|error| error.to_string())?;
    // SAFETY: the pointer leads to a structure of the class named, and the length is its own.
    let done = unsafe {
        SetInformationJobObject(job, class, from_ref(information).cast::<c_void>(), length)
    };
    if done == 0 { Err(failed()) } else { Ok(()) }
}

fn failed() -> String {
    format!("the limits of a job could not be set: {}", std::io::Error::last_os_error())
}
