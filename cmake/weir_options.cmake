# Compiler settings that every target of ours shares: warnings, sanitizers, assertions, ccache.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

if(WEIR_ASSERTIONS)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)  # an empty optional that is read, an index behind the end
endif()

# Lines are enough for a backtrace, and take a fifth less of the compiler's time; who wants variables adds -g.
string(REPLACE "-O2 -g" "-O2 -g1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

# Nearly a hundred test programs are linked, each in a fraction of the time that the usual linker takes.
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

add_library(weir_options INTERFACE)
target_compile_options(weir_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# g++ 12 takes the coroutine frame's own operator delete for a stranger's.
target_compile_options(weir_options INTERFACE -Wno-mismatched-new-delete)
if(WEIR_WERROR)
  target_compile_options(weir_options INTERFACE -Werror)
endif()

if(WEIR_SANITIZE)
  # Less optimized than elsewhere, and the same faults found in half of the compiler's time.
  string(REPLACE "-O2" "-O1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      add_compile_options(-fno-sanitize=function)  # clang 14 can't assemble coroutines with it
    endif()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Two that g++ 12 gets wrong once sanitizers change what is inlined: Asio's coroutine frames, whose operator new
    # and delete are their own, and the insides of std::regex.
    add_compile_options(-Wno-mismatched-new-delete -Wno-maybe-uninitialized)
  endif()
  if(WEIR_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan)  # atomic_thread_fence inside Asio
  endif()
endif()

if(WEIR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage of everything; the targets alone link libFuzzer's main
endif()
