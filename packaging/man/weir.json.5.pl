#!/usr/bin/perl
# Makes weir.json(5) out of config/README.md, so that each field is described once: weir.json.5.pl README.md DATE
#
# Knows the Markdown that stands there: headings, paragraphs, lists, tables, code blocks, code, emphasis and links.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my ($file, $date) = @ARGV;
defined $date or die "usage: weir.json.5.pl README.md DATE\n";
open my $in, '<', $file or die "$file: $!\n";
my @lines = <$in>;
chomp @lines;

sub escape {    # what roff would take for its own
    my ($text) = @_;
    $text =~ s/\\/\\e/g;
    $text =~ s/-/\\-/g;
    $text =~ s/'/\\(aq/g;
    $text =~ s/`/\\(ga/g;
    # What a terminal without UTF-8 has no sign for.
    $text =~ s/…/.../g;
    $text =~ s/¹/(1)/g;
    $text =~ s/([^\x00-\x7f])/sprintf '\\[u%04X]', ord $1/ge;
    return $text;
}

sub inline {
    my ($text) = @_;
    my $out = '';
    while ($text =~ /\G(?:`([^`]+)`|\[([^\]]+)\]\(([^)]*)\)|\*\*([^*]+)\*\*|(.))/gs) {
        if    (defined $1) { $out .= '\fB' . escape($1) . '\fR' }
        elsif (defined $2) {
            my ($words, $target) = ($2, $3);
            $out .= inline($words);
            # An example beside the file; a heading of this page needs no address.
            $out .= " (/usr/share/doc/weir/examples/" . escape($target) . ")" if $target =~ /\.json$/;
        }
        elsif (defined $4) { $out .= '\fI' . escape($4) . '\fR' }
        else               { $out .= escape($5) }
    }
    return $out;
}

sub text_line {    # one that begins with a dot would be a request
    my ($text) = @_;
    $text = "\\&$text" if $text =~ /^[.']/ || $text =~ /^\\\(aq/;
    return "$text\n";
}

sub cells {
    my ($line) = @_;
    $line =~ s/^\|\s*|\s*\|\s*$//g;
    return map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $line, -1;
}

sub table {    # the first column is the term, the others say what about it, by their headings
    my ($headings, @rows) = @_;
    my $out = '';
    for my $row (@rows) {
        my ($term, @rest) = @$row;
        my @said;
        for my $i (0 .. $#rest) {
            next if $rest[$i] eq '';
            my $heading = $headings->[ $i + 1 ] // '';
            my $plain = @rest == 1 || $heading eq '' || $heading eq 'meaning';
            push @said, $plain ? inline($rest[$i]) : '(' . inline("$heading: $rest[$i]") . ')';
        }
        $out .= ".TP\n" . text_line(inline($term)) . text_line(@said ? join(' ', @said) : '\\&');
    }
    return $out;
}

print <<"END";
.\\" Made from config/README.md.
.TH WEIR.JSON 5 "$date" weir "File Formats"
.SH NAME
weir.json \\- configuration of weir
.SH DESCRIPTION
END

my $paragraph = '';    # none right after a heading
while (@lines) {
    my $line = shift @lines;
    if ($line =~ /^# / || $line =~ /^\s*$/) { next }
    if ($line =~ /^## (.*)/)  { print '.SH "', uc inline($1), "\"\n"; $paragraph = ''; next }
    if ($line =~ /^### (.*)/) { print '.SS "', inline($1), "\"\n"; $paragraph = ''; next }
    if ($line =~ /^```/) {
        print "$paragraph.RS 4\n.nf\n";
        $paragraph = ".PP\n";
        while (@lines && (my $code = shift @lines) !~ /^```/) { print text_line(escape($code)) }
        print ".fi\n.RE\n";
        next;
    }
    my $before = $paragraph;
    $paragraph = ".PP\n";
    if ($line =~ /^\|/) {
        my @rows = ($line);
        push @rows, shift @lines while @lines && $lines[0] =~ /^\|/;
        my @headings = cells(shift @rows);
        shift @rows;
        print table(\@headings, map { [cells($_)] } @rows);
        next;
    }
    if ($line =~ /^- (.*)/) {
        my $item = $1;
        $item .= ' ' . (shift @lines) =~ s/^\s+//r while @lines && $lines[0] =~ /^\s+\S/;
        print ".IP \\(bu 2\n", text_line(inline($item));
        next;
    }
    $line .= ' ' . shift @lines while @lines && $lines[0] =~ /\S/ && $lines[0] !~ /^(?:#|\||```|- )/;
    print $before, text_line(inline($line));
}
print ".SH \"SEE ALSO\"\n.BR weir (1)\n";
