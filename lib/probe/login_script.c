/* SPDX-License-Identifier: Apache-2.0 */
/* What a node is given to run: a constant of ours, and in it the site's mounts and commands. */
#include "login_parse.h"

#define SECOND INT64_C(1000)

/*
 * POSIX sh; sed, awk, ps, sort, cut, head and df of any system, timeout(1) of coreutils or busybox. It leaves no file on the
 * node. The whole is one compound command whose standard input is nothing, so that nothing in it eats the rest of it.
 *
 * What can hang (a dead NFS server, a sick GPU) runs below `timeout`, whose arguments end in a word that begins with
 * "larch:". Killed or not, as long as it is there the next login sees it in `busy` and does not start another. A command
 * of the site may leave such a thing behind when it is killed: whoever holds its output keeps its reader, which has the
 * word too. What is younger than our own questions may take is no such thing: somebody else may be logged in just now,
 * a second larchd or the same node by another name. The mounts are asked side by side: each prints its section in one write that is too short to be torn.
 */
static const char first[] =
    "{\n"
    "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C\n"
    "export PATH LC_ALL\n"
    "N='\n'\n"
    "begin() { printf '\\n%s begin %s\\n' \"$M\" \"$1\"; }\n"
    "end() { printf '\\n%s end %s %s\\n' \"$M\" \"$1\" \"$2\"; }\n"
    "whole() { printf '\\n%s begin %s\\n%s\\n%s end %s %s\\n' \"$M\" \"$1\" \"$3\" \"$M\" \"$1\" \"$2\"; }\n"
    "t() { timeout -k 1 5 \"$@\"; }\n"
    "hangs() { case \"$busy$N\" in *\"larch:$1$N\"*) return 0 ;; esac; return 1; }\n"
    "fs() {\n"
    "hangs \"df $2\" && { whole \"mount:$1\" busy ''; return; }\n"
    "o=$(t sh -c 'exec df -kP -- \"$1\"' larch:df \"$2\" 2>&1)\n"
    "whole \"mount:$1\" $? \"$o\"\n"
    "}\n"
    "smi() {\n"
    "hangs smi && { whole smi busy ''; return; }\n"
    "o=$(t sh -c 'exec nvidia-smi -L' larch:smi 2>&1)\n"
    "r=$?\n"
    "whole smi $r \"$(printf '%s' \"$o\" | head -c 3000)\"\n"
    "}\n"
    "site() {\n"
    "begin \"command:$1\"\n"
    "if hangs \"$1\"; then r=busy; else\n"
    "{ r=$({ { timeout -k 1 \"$2\" sh -c \"$3\" \"larch:$1\" 2>&1 3>&- 4>&-; echo $? >&3; } |\n"
    "sh -c 'head -c 3000; cat >/dev/null; :' \"larch:$1\" >&4; } 3>&1); } 4>&1\n"
    "fi\n"
    "end \"command:$1\" \"$r\"\n"
    "}\n"
    "begin start; end start 0\n"
    "begin times; sed -n -e 1,2p -e /^btime/p /proc/uptime /proc/loadavg /proc/stat; end times $?\n"
    "begin cores; getconf _NPROCESSORS_ONLN; end cores $?\n"
    "me=$(id -u); whole me $? \"$me\"\n"
    "busy=$(t ps -u \"$me\" -o etimes=,args= | awk '$1 > 6')\n"
    "begin ps; t ps -eo uid=,user:64= | sort -u; end ps $?\n"
    "begin who; t who | cut -d' ' -f1 | sort -u | head -n 100 |\n"
    "while read -r u; do i=$(t id -u -- \"$u\") && printf '%s %s\\n' \"$i\" \"$u\"; done; end who $?\n"
    "begin gpu; set -- /dev/nvidia[0-9]*; g=$#; [ -e \"$1\" ] || g=0\n"
    "s=no; [ $g -eq 0 ] || ! command -v nvidia-smi >/dev/null || s=smi; echo \"found $g $s\"\n"
    "[ ! -r /etc/slurm/gres.conf ] || grep -i '^[^#]*name=gpu' /etc/slurm/gres.conf | head -c 16384; end gpu 0\n"
    "begin df; if hangs 'df -l'; then r=busy; else t sh -c 'exec df -kPl' larch:df -l; r=$?; fi; end df $r\n"
    "if [ $s = smi ]; then smi & fi\n";

/* 'it'\''s': one word of sh, whatever is in it. */
static void
quote(struct buf *out, const char *text)
{
	buf_char(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else
			buf_char(out, *text);
	}
	buf_char(out, '\'');
}

void
login_script(const struct conf_status *conf, const char mark[LOGIN_MARK], struct buf *out)
{
	buf_printf(out, "M=%s\n", mark);
	buf_puts(out, first);
	for (size_t i = 0; i < conf->n_mounts; i++) {
		buf_printf(out, "fs %zu ", i);
		quote(out, conf->mounts[i].mount);
		buf_puts(out, " &\n");
	}
	buf_puts(out, "wait\n");
	for (size_t i = 0; i < conf->n_commands; i++) {
		buf_printf(out, "site %s %lld ", conf->commands[i].name,
		    (long long)((conf->commands[i].limit_ms + SECOND - 1) / SECOND));
		quote(out, conf->commands[i].run);
		buf_char(out, '\n');
	}
	buf_puts(out, "} </dev/null 2>/dev/null\n");
}
