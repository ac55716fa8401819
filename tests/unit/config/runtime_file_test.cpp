// The state file: what was saved comes back, and what can't be used is never lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class RuntimeFiles : public testing::Test {
protected:
    ~RuntimeFiles() override { fs::remove_all(folder_); }

    std::string path() const { return folder_ + "/runtime.json"; }
    void write(const std::string& content) const { std::ofstream(path(), std::ios::binary) << content; }
    static std::string content_of(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    const std::string& folder() const { return folder_; }

private:
    static std::string make_folder() {
        std::string name = fs::temp_directory_path() / "weir_runtime.XXXXXX";
        return mkdtemp(name.data());
    }
    const std::string folder_ = make_folder();
};

TEST_F(RuntimeFiles, ThatAreNotThereAreNoTrouble) {
    for (const std::string& missing : {path(), folder() + "/none/runtime.json"}) {
        const RuntimeFile file = load_runtime_file(missing, noon_us);
        EXPECT_EQ(file.documents, std::nullopt);
        EXPECT_EQ(file.set_aside, "");
        EXPECT_EQ(file.why, "");
    }
}

TEST_F(RuntimeFiles, GiveBackWhatWasSaved) {
    const RuntimeDocuments rows[]{
        {.version = 0, .documents = {}},
        {.version = 12, .documents = {{"key/acme-web", R"({"limits": {"rpm": 5}})"}}},
        {.version = std::int64_t{1} << 53,
         .documents = {{"group/g", "{\n  \"limits\" : { \"rpm\":1e3, \"rpm\": 2 } }"},
                       {"key/\"odd\\", R"({"a": "}]\"{[\\", "b": [[], {}, "\u00e9é", null, -1.5e-3, true]})"},
                       {"override/tier/t", R"({"reason": "}, \"key/x\": {"})"},
                       {"tier/number", "17"},
                       {"tier/text", R"("text")"}}},
    };
    for (const RuntimeDocuments& documents : rows) {
        ASSERT_EQ(save_runtime_file(path(), documents), "");
        const RuntimeFile file = load_runtime_file(path(), noon_us);
        EXPECT_EQ(file.why, "");
        EXPECT_EQ(file.documents, documents);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1) << "nothing is left beside it";
    struct stat found {};
    ASSERT_EQ(::stat(path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U) << "secrets' hashes are the owner's alone";
}

TEST_F(RuntimeFiles, KeepWhatIsNoJsonAsText) {
    ASSERT_EQ(save_runtime_file(path(), {.version = 1, .documents = {{"key/a", "{half"}, {"key/b", "{}"}}}),
              "");
    const RuntimeFile file = load_runtime_file(path(), noon_us);
    ASSERT_TRUE(file.documents.has_value());
    EXPECT_EQ(file.documents->documents, (Documents{{"key/a", R"("{half")"}, {"key/b", "{}"}}));
    EXPECT_THAT(lines_of(RuntimeLayer(*file.documents, nullptr).mistakes()),
                testing::ElementsAre("key/a: $: expected an object, not a string"));
}

/// A parser may overlook either at the edge of a document, and none does in the middle of a file.
TEST_F(RuntimeFiles, StayWholeWhateverOthersHaveWritten) {
    using namespace std::string_literals;
    const std::string mark = "\xef\xbb\xbf";
    const RuntimeDocuments written{.version = 3,
                                   .documents = {{"key/a", mark + R"({"disabled": true})"},
                                                 {"key/b", R"({"disabled": true})"s + '\0'},
                                                 {"key/c", R"({"disabled": true})"s + '\0' + "}}"},
                                                 {"key/d", mark + mark + "{}"},
                                                 {"key/e", R"({"disabled": true})"}}};
    ASSERT_EQ(save_runtime_file(path(), written), "");
    const RuntimeFile file = read_runtime_file(path());
    ASSERT_TRUE(file.documents.has_value()) << file.why;
    EXPECT_EQ(file.documents->documents.size(), 5U);
    EXPECT_EQ(file.documents->documents.at("key/a"), R"({"disabled": true})");
    EXPECT_EQ(file.documents->documents.at("key/e"), R"({"disabled": true})");
}

TEST_F(RuntimeFiles, AreReadAsPeopleWriteThem) {
    write(
        "\n{ \"objects\" : { \"key/a\" : { } , \"key/b\":{}} ,\t\"version\" : 3, \"note\": [1], \"format\":1 "
        "}\n");
    EXPECT_EQ(load_runtime_file(path(), noon_us).documents,
              (RuntimeDocuments{.version = 3, .documents = {{"key/a", "{ }"}, {"key/b", "{}"}}}));
}

TEST_F(RuntimeFiles, ThatCanNotBeUsedAreSetAside) {
    const std::string whole = R"({"format": 1, "version": 1, "objects": {"key/a": {}}})";
    const std::pair<std::string, std::string> rows[]{
        {"", "it is no whole JSON document"},
        {whole.substr(0, whole.size() - 1), "it is no whole JSON document"},
        {whole.substr(0, 30), "it is no whole JSON document"},
        {std::string(whole.size(), '\0'), "it is no whole JSON document"},
        {"\xef\xbb\xbf" + whole, "it is not of format 1"},
        {"[]", "it is not of format 1"},
        {R"({"format": 2, "version": 1, "objects": {}})",
         "a newer weir wrote it, format 2, and this one knows 1"},
        {R"({"format": "1", "version": 1, "objects": {}})", "it is not of format 1"},
        {R"({"format": 1, "objects": {}})", "it has no version or no objects"},
        {R"({"format": 1, "version": -1, "objects": {}})", "it has no version or no objects"},
        {R"({"format": 1, "version": 9007199254740993, "objects": {}})", "it has no version or no objects"},
        {R"({"format": 1, "version": 1.5, "objects": {}})", "it has no version or no objects"},
        {R"({"format": 1, "version": 1, "objects": []})", "it has no version or no objects"},
    };
    for (const auto& [content, why] : rows) {
        write(content);
        const RuntimeFile file = load_runtime_file(path(), noon_us);
        EXPECT_EQ(file.documents, std::nullopt) << content;
        EXPECT_EQ(file.why, path() + " can't be used: " + why + "; it was set aside as " + file.set_aside);
        EXPECT_FALSE(fs::exists(path()));
        EXPECT_EQ(content_of(file.set_aside), content);
    }
}

TEST_F(RuntimeFiles, SetAsideKeepThoseBefore) {
    std::vector<std::string> names;
    for (const char* content : {"one", "two", "three"}) {
        write(content);
        names.push_back(load_runtime_file(path(), noon_us).set_aside);
    }
    const std::string first = path() + ".unreadable-20261126T120000Z";
    EXPECT_THAT(names, testing::ElementsAre(first, first + "-2", first + "-3"));
    EXPECT_EQ(content_of(first), "one");
    EXPECT_EQ(content_of(names[2]), "three");
}

TEST_F(RuntimeFiles, ThatAreFoldersAreSetAsideToo) {
    fs::create_directory(path());
    const RuntimeFile file = load_runtime_file(path(), noon_us);
    EXPECT_THAT(file.why, HasSubstr("can't be used: Is a directory; it was set aside as "));
    EXPECT_TRUE(fs::is_directory(file.set_aside));
}

TEST_F(RuntimeFiles, ThatMayNeverEndAreSetAsideUnread) {
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    EXPECT_EQ(read_runtime_file(path()).why, "it is no regular file");
    RuntimeFile file = load_runtime_file(path(), noon_us);
    EXPECT_THAT(file.why, HasSubstr("can't be used: it is no regular file; it was set aside as "));
    EXPECT_TRUE(fs::is_fifo(file.set_aside));
    fs::create_symlink("/dev/zero", path());
    file = load_runtime_file(path(), noon_us);
    EXPECT_THAT(file.why, HasSubstr("it is no regular file"));
    EXPECT_TRUE(fs::is_symlink(file.set_aside));
}

TEST_F(RuntimeFiles, ThatCanNotBeSetAsideAreTold) {
    if (::geteuid() == 0) GTEST_SKIP() << "nothing is denied to root";
    write("half");
    fs::permissions(folder(), fs::perms::owner_read | fs::perms::owner_exec);
    const RuntimeFile file = load_runtime_file(path(), noon_us);
    fs::permissions(folder(), fs::perms::owner_all);
    EXPECT_EQ(file.set_aside, "");
    EXPECT_THAT(file.why, HasSubstr("; it can't be set aside either: Permission denied"));
    EXPECT_EQ(content_of(path()), "half");
}

/// As on a full disk: no byte can be written to a file.
class NothingFits {
public:
    NothingFits() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit none{0, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~NothingFits() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, handler_);
    }
    NothingFits(const NothingFits&) = delete;
    NothingFits& operator=(const NothingFits&) = delete;

private:
    void (*handler_)(int);
    rlimit before_{};
};

TEST_F(RuntimeFiles, ThatCanNotBeSavedLeaveTheOldOneWhole) {
    EXPECT_EQ(save_runtime_file(folder() + "/none/runtime.json", {}),
              folder() + "/none/runtime.json can't be written: No such file or directory");
    const RuntimeDocuments old{.version = 4, .documents = {{"key/a", "{}"}}};
    ASSERT_EQ(save_runtime_file(path(), old), "");
    // In the place of the new one, so that it can't be opened.
    fs::create_directory(path() + ".new");
    EXPECT_EQ(save_runtime_file(path(), {.version = 5, .documents = {}}),
              path() + " can't be written: File exists");
    fs::remove(path() + ".new");
    EXPECT_EQ(load_runtime_file(path(), noon_us).documents, old);
    {
        const NothingFits nothing_fits;
        EXPECT_EQ(save_runtime_file(path(), {.version = 5, .documents = {}}),
                  path() + " can't be written: File too large");
    }
    EXPECT_EQ(load_runtime_file(path(), noon_us).documents, old);
    EXPECT_FALSE(fs::exists(fs::symlink_status(path() + ".new"))) << "nothing is left of the attempt";
    ASSERT_EQ(save_runtime_file(path(), {.version = 5, .documents = {}}), "");
    EXPECT_EQ(load_runtime_file(path(), noon_us).documents->version, 5);
}

TEST_F(RuntimeFiles, AreForTheirOwnerAloneAndWrittenThroughNoLink) {
    const std::string elsewhere = folder() + "/elsewhere";
    std::ofstream(elsewhere) << "kept";
    const auto rights = [&] { return fs::status(path()).permissions(); };
    fs::create_symlink(elsewhere, path() + ".new");
    fs::create_symlink(elsewhere, path());
    ASSERT_EQ(save_runtime_file(path(), {.version = 5, .documents = {}}), "");
    EXPECT_EQ(content_of(elsewhere), "kept");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path())));
    EXPECT_EQ(rights(), fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream(path() + ".new") << "left over";
    fs::permissions(path() + ".new", fs::perms::all);
    ASSERT_EQ(save_runtime_file(path(), {.version = 6, .documents = {}}), "");
    EXPECT_EQ(rights(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(RuntimeFiles, AFolderThatMayNotBeWrittenIsTold) {
    if (::geteuid() == 0) GTEST_SKIP() << "nothing is denied to root";
    fs::permissions(folder(), fs::perms::owner_read | fs::perms::owner_exec);
    const std::string error = save_runtime_file(path(), {});
    fs::permissions(folder(), fs::perms::owner_all);
    EXPECT_EQ(error, path() + " can't be written: Permission denied");
}

}  // namespace
}  // namespace weir::config
