# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# A Slurm of one node, for tests: three daemons of our own in a private folder, on loopback only.
#
#   slurm_start DIR     writes its configuration to DIR and starts it; sets and exports SLURM_CONF
#   slurm_stop DIR      ends it, and what its jobs have left

# Two ports on which nobody listens; who else looks at the same time looks elsewhere.
slurm_ports() {
    local port tries
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + (RANDOM % 10000) * 2))
        (exec 9<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && continue
        (exec 9<> "/dev/tcp/127.0.0.1/$((port + 1))") 2> /dev/null && continue
        echo "$port"
        return
    done
    return 1
}

# A requeued job waits until its credential has expired (cred_expire).  proctrack/linuxproc finds
# processes by their parents and needs no cgroups.  Slots there are, whatever the machine has.
slurm_configure() { # dir, port
    local host user
    host=$(hostname -s) user=$(id -un)
    cat > "$1/slurm.conf" << CONF
ClusterName=a4nn
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket,cred_expire=3
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldPort=$2
SlurmdPort=$(($2 + 1))
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
KillWait=5
JobRequeue=1
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 RealMemory=1000
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    # what is named is not looked for: there may be no cgroups at all
    printf '%s\n' CgroupPlugin=cgroup/v1 CgroupAutomount=no > "$1/cgroup.conf"
}

slurm_idle() { sinfo -h -o %t 2> /dev/null | grep -qx idle; }

slurm_start() { # dir
    local dir=$1 port tries
    export SLURM_CONF=$dir/slurm.conf PATH=$PATH:/usr/sbin
    mkdir -p "$dir/state" "$dir/spool"
    head -c 1024 /dev/urandom > "$dir/munge.key"
    chmod 600 "$dir/munge.key"
    munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
        --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" --seed-file="$dir/munge.seed" 3>&-
    for tries in 1 2 3; do
        port=$(slurm_ports) && slurm_configure "$dir" "$port" || return 1
        slurmctld -c -f "$SLURM_CONF" 3>&- && slurmd -f "$SLURM_CONF" -N "$(hostname -s)" 3>&- &&
            wait_for slurm_idle && return
        slurm_end "$dir" slurmd slurmctld # someone was quicker with a port
    done
    cat "$dir"/*.log
    return 1
}

slurm_end() { # dir, daemons
    local dir=$1 daemon pid
    shift
    for daemon; do
        [ -s "$dir/$daemon.pid" ] || continue
        pid=$(< "$dir/$daemon.pid")
        kill "$pid" 2> /dev/null || continue
        wait_for not_running "$pid"
        rm -f "$dir/$daemon.pid"
    done
}

not_running() { ! running "$1"; }

slurm_stop() { # dir
    scancel -u "$(id -un)" 2> /dev/null || true
    wait_for slurm_empty || true
    slurm_end "$1" slurmd slurmctld munged
}

slurm_empty() { [ -z "$(squeue -h 2> /dev/null)" ]; }

# job_state JOB...: whether all are in one of the states of $states, e.g. states='RUNNING'.
job_state() {
    local job
    for job; do
        [[ " $states " == *" $(scontrol -o show job "$job" | sed -n 's/.* JobState=\([A-Z_]*\).*/\1/p') "* ]] || return
    done
}
