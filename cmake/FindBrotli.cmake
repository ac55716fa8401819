# Brotli as the imported targets brotli::dec and, for tests, brotli::enc: Debian's package brings no CMake files.
find_path(Brotli_INCLUDE_DIR brotli/decode.h)
find_library(Brotli_dec_LIBRARY brotlidec)
find_library(Brotli_enc_LIBRARY brotlienc)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Brotli REQUIRED_VARS Brotli_dec_LIBRARY Brotli_enc_LIBRARY Brotli_INCLUDE_DIR)
foreach(part dec enc)
  if(Brotli_FOUND AND NOT TARGET brotli::${part})
    add_library(brotli::${part} UNKNOWN IMPORTED)
    set_target_properties(brotli::${part} PROPERTIES IMPORTED_LOCATION ${Brotli_${part}_LIBRARY}
                                                     INTERFACE_INCLUDE_DIRECTORIES ${Brotli_INCLUDE_DIR})
  endif()
endforeach()
