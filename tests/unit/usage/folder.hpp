// A folder of a test's own, gone with it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace weir::usage {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "weir-usage-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const noexcept { return path_; }
    std::string file() const { return path_ + "/usage.sqlite"; }
    void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }

private:
    std::string path_;
};

}  // namespace weir::usage
