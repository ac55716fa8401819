#!/usr/bin/perl
# Prints CHANGELOG.md as a Debian changelog: changelog.pl CHANGELOG.md VERSION MAINTAINER [EPOCH]
#
# What is not released yet comes as a version after VERSION; its date is EPOCH, in seconds, or when the file was changed.
use strict;
use warnings;
use POSIX qw(strftime);
use Text::Wrap qw(wrap);

my ($file, $version, $maintainer, $epoch) = @ARGV;
defined $maintainer or die "usage: changelog.pl CHANGELOG.md VERSION MAINTAINER [EPOCH]\n";
$epoch //= (stat $file)[9];
open my $in, '<', $file or die "$file: $!\n";
$Text::Wrap::columns = 80;
$Text::Wrap::huge = 'overflow';

my ($stamp, $entries) = ('', 0);
sub finish { print "\n -- $maintainer  $stamp\n\n" if $stamp }

while (<$in>) {
    if (/^## \[Unreleased\]/) {
        $stamp = strftime '%a, %d %b %Y %H:%M:%S +0000', gmtime $epoch;
        print "weir ($version+unreleased) UNRELEASED; urgency=medium\n\n";
    } elsif (/^## \[(.+?)\] - (\d{4})-(\d\d)-(\d\d)/) {
        finish();
        $stamp = strftime '%a, %d %b %Y 00:00:00 +0000', 0, 0, 0, $4, $3 - 1, $2 - 1900;
        print "weir ($1) unstable; urgency=medium\n\n";
    } elsif (/^- (.*)/) {
        ++$entries;
        (my $text = $1) =~ s/\[([^\]]+)\]\([^)]*\)/$1/g;
        $text =~ tr/`//d;
        print wrap('  * ', '    ', $text), "\n";
    }
}
finish();
die "$file: no entries\n" unless $entries;
