"""What was injected, what was seen and what held, as text."""

import datetime


def time_of(at_us, began_us):
    return f"{(at_us - began_us) / 1e6:7.2f}"


def timeline_text(evidence, began_us):
    lines = []
    for fault in sorted(evidence.timeline, key=lambda row: row["at_us"]):
        target = "" if fault["target"] < 0 else f" {fault['target']}"
        lines.append(f"  {time_of(fault['at_us'], began_us)} to {time_of(fault['until_us'], began_us)} s  "
                     f"{fault['kind']}{target} {fault['detail']}  {str(fault['said'])[:100]}".rstrip())
    return "\n".join(lines)


def facts_text(facts):
    lines = []
    for name, value in facts.items():
        if isinstance(value, dict) and "undisturbed" in value:
            value = (f"limit {value['limit']}, most in a window {value['most']}; of the limit in force at most "
                     f"{value['undisturbed']:.2f} undisturbed, {value['disturbed']:.2f} disturbed")
        elif isinstance(value, dict):
            value = ", ".join(f"{key}: {of}" for key, of in value.items()) or "none"
        lines.append(f"  {name}: {value}")
    return "\n".join(lines)


def report(evidence, results, facts, began_us):
    """`results`: (name of the check, what it says, findings)."""
    parts = [f"== {evidence.store}: injected since {datetime.datetime.fromtimestamp(began_us / 1e6):%H:%M:%S}",
             timeline_text(evidence, began_us), f"== {evidence.store}: seen", facts_text(facts),
             f"== {evidence.store}: what has to hold"]
    for name, promise, findings in results:
        parts.append(f"  {'FAILED' if findings else 'held  '} {name}: {promise}")
        parts += [f"         {finding}" for finding in findings]
    return "\n".join(parts)
